// In place of kubectl, which is not among the programs that the tests bring: the few commands of our documentation, as the
// calls of the API server that kubectl makes for them. KUBECONFIG is one of the harness, which is JSON.
import { readFileSync } from 'node:fs';
import { argv, env, stdin, stdout } from 'node:process';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { apiClient, type Answer } from '../../cluster/harness/api-client.ts';
import { objectsIn, type Rendered } from './helm.ts';

type Kubeconfig = {
  readonly clusters: readonly { readonly cluster: { readonly server: string; readonly 'certificate-authority': string } }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
};

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the harness writes it
const { clusters, users } = JSON.parse(readFileSync(env['KUBECONFIG'] ?? '', 'utf8')) as Kubeconfig;
const { server, 'certificate-authority': authority } = clusters[0]!.cluster;
const client = apiClient(server, readFileSync(authority, 'utf8'), users[0]!.user.token);

function done(what: string, { status, text: said }: Answer): void {
  if (status > 299) throw new Error(`${what}: ${said}`);
  stdout.write(`${what}\n`);
}

async function pathOf({ apiVersion, kind, metadata: { namespace } }: Rendered): Promise<string> {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an APIResourceList
  const { resources } = JSON.parse((await client.send('GET', base)).text) as { resources: { name: string; kind: string }[] };
  const plural = resources.find((each) => each.kind === kind && !each.name.includes('/'))?.name;
  return `${base}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}

/** As with --server-side: what a first apply leaves behind is the same. */
async function apply(file: string): Promise<void> {
  for (const object of objectsIn(file === '-' ? await text(stdin) : readFileSync(file, 'utf8'))) {
    const { name } = object.metadata;
    const path = `${await pathOf(object)}/${name}?fieldManager=kubectl`;
    const answer = await client.send('PATCH', path, object, { contentType: 'application/apply-patch+yaml' });
    done(`${object.kind.toLowerCase()}/${name} applied`, answer);
  }
}

/** Waits, as kubectl does, until it is gone. */
async function remove(path: string, what: string): Promise<void> {
  done(`${what} deleted`, await client.send('DELETE', `${path}?propagationPolicy=Background`));
  while ((await client.send('GET', path)).status !== 404) await pause(100);
}

const [verb = '', ...rest] = argv.slice(2);
const command = [verb, ...rest].join(' ');
const [, namespace] = /^delete namespace (\S+)$/.exec(command) ?? [];
const [, configuration] = /^delete validatingwebhookconfiguration (\S+)$/.exec(command) ?? [];
const [, file] = /^apply -f (\S+)$/.exec(command) ?? [];
if (namespace !== undefined) await remove(`/api/v1/namespaces/${namespace}`, `namespace "${namespace}"`);
else if (configuration !== undefined)
  await remove(
    `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${configuration}`,
    `validatingwebhookconfiguration "${configuration}"`,
  );
else if (file !== undefined) await apply(file);
else throw new Error(`the stand-in for kubectl does not know: kubectl ${command}`);
client.close();
