import { listed } from '../../../words/listed.ts';
import { ok, warning } from '../define-check.ts';
import { valueOf, type ClusterCheck } from './needs.ts';
import type { SeenRight } from './seen.ts';

export const rights: ClusterCheck = {
  category: 'cluster',
  name: 'rights',
  needs: ['rights'],
  looksAt: 'what whoever runs this may do (SelfSubjectAccessReview), of what top, triage, throttle and check need',
  warnsWhen: 'something is not allowed',
  judge(seen) {
    const all = valueOf(seen.rights) ?? [];
    const missing = all.filter(({ allowed }) => !allowed);
    if (missing.length === 0) return ok(`all ${all.length} that the commands need`);
    const purposes = [...new Set(missing.map(({ purpose }) => purpose))];
    return warning(`without ${missing.map(nameOf).join(', ')}: no ${listed(purposes)}`, roleWith(missing));
  },
};

function nameOf({ verb, resource, path, namespace }: SeenRight): string {
  return `${verb} ${path ?? resource}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** Rules for a ClusterRole, bound where a namespace is named by a RoleBinding there. */
function roleWith(missing: readonly SeenRight[]): string {
  const rules = missing.map(({ verb, group, resource, path, namespace }) =>
    path === undefined
      ? `  - {apiGroups: ["${group}"], resources: [${resource}], verbs: [${verb}]}${namespace === undefined ? '' : ` # in ${namespace}`}`
      : `  - {nonResourceURLs: [${path}], verbs: [${verb}]}`,
  );
  return ['have these rules bound to you:', 'rules:', ...rules].join('\n');
}
