import type { Subject } from '../../model/finding.ts';
import { resourceName } from '../../model/resource.ts';

/** `team-a/web`, or `worker-1` where there is no namespace. */
export function objectName({
  namespace,
  name,
}: {
  readonly namespace?: string | undefined;
  readonly name: string;
}): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** Whom a finding accuses, on one line: `deployments.apps team-a/web`. */
export function subjectName(
  subject: Pick<Subject, 'type' | 'name'> & { [K in 'group' | 'resource' | 'namespace']?: string | undefined },
): string {
  const { type, group, resource, namespace, name } = subject;
  if (type === 'writer') return `writer ${name}`;
  if (type === 'prefix') return namespace ? `${name} in namespace ${namespace}` : name;
  const object = objectName({ namespace, name });
  return resource ? `${resourceName({ group, resource })} ${object}` : object;
}
