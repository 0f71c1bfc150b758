import { listed } from '../../words/listed.ts';
import { hazardsOf, safeReleaseFor } from '../plan/versions.ts';
import { failed, ok, warning, type Check } from './define-check.ts';
import { byMember } from './sentences.ts';

export const version: Check = {
  category: 'members',
  name: 'version',
  needs: ['an answer'],
  looksAt: "each member's version, against the releases that are known to lose data or to stop",
  warnsWhen:
    'members differ, a version is older than 3.4, or a hazard is known that needs a defragmentation or costs an outage',
  failsWhen: 'a hazard is known by which data is lost while etcd just runs',
  judge({ members }) {
    const why = byMember(members, ({ status }) => status.version);
    const versions = [...new Set(members.map(({ status }) => status.version))];
    const hazards = [...new Set(versions.flatMap(hazardsOf))];
    const known = hazards.map(({ sentence }) => sentence).join('; ');
    const tooOld = versions.filter(isTooOld);
    if (tooOld.length > 0)
      return warning(`${why}: too old for us to judge`, 'upgrade etcd, one minor version at a time');
    const grave = hazards.filter(({ kind }) => kind !== 'quota-unstated');
    if (grave.length > 0) {
      const safe = versions.flatMap((each) => (hazardsOf(each).length > 0 ? (safeReleaseFor(each) ?? []) : []));
      const hint = `upgrade to ${listed([...new Set(safe)])} or later, one member at a time`;
      // All others need a defragmentation, or a full database.
      const isFatal = grave.some(({ kind }) => kind === 'inconsistency');
      return (isFatal ? failed : warning)(`${why}; known of it: ${known}`, hint);
    }
    if (versions.length > 1)
      return warning(why, 'finish the upgrade: members of different versions are meant for its duration only');
    return ok(hazards.length === 0 ? why : `${why}; known of it: ${known}`);
  },
};

function isTooOld(text: string): boolean {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return major < 3 || (major === 3 && minor < 4);
}
