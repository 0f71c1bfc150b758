import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { requiredTool } from '../../etcd/harness/tool.ts';

export const chart = fileURLToPath(new URL('../../../chart', import.meta.url));

/** One for each mode. */
export const valuesFiles: readonly string[] = readdirSync(`${chart}/ci`).sort();

export const namespace = 'kubechurn';
/** What a cluster has that runs the operators a mode may use. */
const operators = ['--api-versions', 'cert-manager.io/v1', '--api-versions', 'monitoring.coreos.com/v1'];

/** An object as rendered. */
export type Rendered = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
};

export type Said = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs helm to its end. */
export function helm(args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): Said {
  const { status, stdout, stderr, error } = spawnSync(requiredTool('helm'), args, {
    encoding: 'utf8',
    input,
    timeout: 100_000,
    maxBuffer: 2 ** 26,
    env: environment(env),
  });
  if (error) throw error;
  return { code: status ?? -1, stdout, stderr };
}

/** As {@link helm}, while this process goes on with something else. */
export async function helmBeside(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>();
  execFile(requiredTool('helm'), args, { timeout: 100_000, env: environment(env) }, (error, stdout, stderr) =>
    resolve({ code: error ? 1 : 0, stdout, stderr }),
  );
  return promise;
}

/** Without the cluster that this machine's user works with. */
function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: '/nonexistent', ...env };
}

export function inCi(file: string): string[] {
  return ['-f', `${chart}/ci/${file}`];
}

export function template(args: readonly string[], { into = namespace, apis = operators, from = chart, input = '' } = {}): Said {
  return helm(['template', 'kubechurn', from, '--namespace', into, ...apis, ...args], {}, input);
}

/** All objects, tests included. Throws what helm says. */
export function objectsOf(args: readonly string[]): Rendered[] {
  const { code, stdout, stderr } = template(args);
  if (code !== 0) throw new Error(stderr);
  return objectsIn(stdout);
}

/** Read as Helm and kubectl do (sigs.k8s.io/yaml): by YAML 1.1, where `no` is false and 0440 is octal. */
export function objectsIn(yaml: string): Rendered[] {
  return parseAllDocuments(yaml, { version: '1.1' }).flatMap((document): Rendered[] => {
    const [error] = document.errors;
    if (error) throw new Error(error.message);
    const object: unknown = document.toJS();
    return isObject(object) ? [object] : [];
  });
}

function isObject(value: unknown): value is Rendered {
  return value instanceof Object && 'kind' in value && 'metadata' in value;
}
