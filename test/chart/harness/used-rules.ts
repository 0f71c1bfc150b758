import { readFileSync } from 'node:fs';
import type { Rendered } from './helm.ts';

/** One call of the audit log. */
export type Call = {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  /** The path where it is no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly allowed: boolean;
};

type Line = {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: { resource?: string; subresource?: string; apiGroup?: string; namespace?: string; name?: string };
  readonly annotations?: Readonly<Record<string, string>>;
};

/** What accounts of a namespace asked of the API server. */
export function callsIn(auditLog: string, namespace: string): Call[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`system:serviceaccount:${namespace}:`))
    .map((text): Call => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an audit.k8s.io/v1 Event
      const { user, verb, requestURI, objectRef: about = {}, annotations = {} } = JSON.parse(text) as Line;
      return {
        user: user.username.replace(/^system:serviceaccount:/, ''),
        verb,
        group: about.apiGroup ?? '',
        resource:
          about.resource === undefined
            ? requestURI.replace(/\?.*/, '')
            : [about.resource, about.subresource].filter((part) => part !== undefined).join('/'),
        namespace: about.namespace ?? '',
        name: about.name ?? '',
        allowed: annotations['authorization.k8s.io/decision'] === 'allow',
      };
    });
}

/** One verb on one resource, as a rule grants it. */
export type Right = {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly names: readonly string[];
};

type Rule = {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
};

/** All that the rendered roles grant the rendered accounts, each verb and each resource by itself. */
export function rightsIn(objects: readonly Rendered[]): Right[] {
  return objects
    .filter(({ kind }) => kind.endsWith('RoleBinding'))
    .flatMap((binding) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server takes them
      const { roleRef, subjects } = binding as unknown as {
        roleRef: { kind: string; name: string };
        subjects: { name: string; namespace: string }[];
      };
      const role = objects.find(({ kind, metadata: { name } }) => kind === roleRef.kind && name === roleRef.name);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
      const rules = (role?.['rules'] ?? []) as readonly Rule[];
      return subjects.flatMap(({ name, namespace }) =>
        rules.flatMap((rule) => rightsOf(rule).map((right) => ({ ...right, user: `${namespace}:${name}` }))),
      );
    });
}

function rightsOf({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: Rule) {
  return verbs.flatMap((verb) => [
    ...nonResourceURLs.map((resource) => ({ verb, group: '', resource, names: [] })),
    ...apiGroups.flatMap((group) => resources.map((resource) => ({ verb, group, resource, names: resourceNames }))),
  ]);
}

export function isUsed(right: Right, calls: readonly Call[]): boolean {
  return calls.some(
    ({ user, verb, group, resource, name, allowed }) =>
      allowed &&
      user === right.user &&
      verb === right.verb &&
      group === right.group &&
      resource === right.resource &&
      (right.names.length === 0 || right.names.includes(name)),
  );
}
