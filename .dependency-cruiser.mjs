// The arrows of docs/ARCHITECTURE.md. A folder may import from those below it in this list, never from those above.
const layers = [
  'single-file',
  'main',
  'command-line',
  'commands',
  'pipeline',
  'report',
  'patterns',
  'causes',
  'history',
  'tally',
  'attribution',
  'sources',
  'maintenance',
  'admission',
  'server',
  'telemetry',
  'config',
  'kube',
  'etcd',
  'mvcc',
  'bbolt',
  'objects',
  'errors',
  'words',
  'model',
];

// No I/O, no clock: what they need is passed in.
const pure = [
  'report',
  'patterns',
  'causes',
  'history',
  'tally',
  'attribution',
  'mvcc',
  'bbolt',
  'objects',
  'errors',
  'words',
  'model',
];
const impure = layers.filter((layer) => !pure.includes(layer));

// The one place that may import an outside library. A library that is not in this table may not be imported at all.
const homes = {
  commander: ['command-line', 'commands'],
  zod: ['report'],
  cborg: ['objects'],
  etcd3: ['etcd'],
  '@grpc/grpc-js': ['etcd'],
  preact: ['report'],
  'preact-render-to-string': ['report'],
  yaml: ['config'],
  express: ['server'],
  '@kubernetes/client-node': ['kube'],
  undici: ['kube'],
  pino: ['telemetry'],
  '@prometheus-io/client': ['telemetry'],
  'lru-cache': ['admission', 'server'],
  '@peculiar/x509': ['server'],
  'reflect-metadata': ['server'],
  '@aws-sdk/client-s3': ['maintenance'],
};

const within = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;
const packages = (names) => `^node_modules/(${names.join('|')})/`;

const arrows = layers.slice(1).map((layer, above) => ({
  name: `arrow-${layer}`,
  comment: `${layer} lies below what it imports here`,
  severity: 'error',
  from: { path: within([layer]) },
  to: { path: within(layers.slice(0, above + 1)) },
}));

const libraries = Object.entries(homes).map(([name, folders]) => ({
  name: `home-of-${name}`,
  comment: `only src/${folders.join(' and src/')} may import ${name}`,
  severity: 'error',
  from: { path: '^src/', pathNot: within(folders) },
  to: { path: packages([name]) },
}));

export default {
  forbidden: [
    ...arrows,
    ...libraries,
    {
      name: 'unknown-folder',
      comment: 'every folder of src has its place in the list of layers',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: within(layers) },
    },
    {
      name: 'pure-imports-impure',
      severity: 'error',
      from: { path: within(pure) },
      to: { path: within(impure) },
    },
    {
      name: 'pure-imports-node',
      comment: 'I/O, clocks and randomness are passed in; hashing and byte views are plain computation',
      severity: 'error',
      from: { path: within(pure) },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto)$' },
    },
    {
      name: 'library-without-home',
      comment: 'add it to `homes` and to docs/dependencies.md, or do without it',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: packages(Object.keys(homes)) },
    },
    {
      name: 'product-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|tools|bench)/' },
    },
    { name: 'cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'orphan',
      comment: 'nobody imports it and it imports nobody',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc', // TypeScript 7 has no API that dependency-cruiser could parse with
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test|bench|tools)/.*/node_modules/' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
