/** Three projects: `pure` needs nothing but Node; `real` starts etcd, kube-apiserver and the built program; `faults` is the long part of that. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '\\.tsx?$': '<rootDir>/tools/jest-transform.ts' },
};

export default {
  // Real programs start slowly on a busy machine; a test that hangs still ends.
  testTimeout: 120_000,
  projects: [
    { ...shared, displayName: 'pure', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'real',
      testMatch: ['<rootDir>/test/{etcd,cluster,incidents,cli,browser,chart}/**/*.test.ts'],
    },
    { ...shared, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.test.ts'] },
  ],
};
