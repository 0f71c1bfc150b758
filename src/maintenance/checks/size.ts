import { bytes, percent } from '../../words/units.ts';
import { quotaFlags } from '../targets/flags.ts';
import { failed, ok, warning, type Check } from './define-check.ts';
import { howToSet, maintain } from './sentences.ts';

/** The budget of maintain, and the alert EtcdDatabaseQuotaLowSpace. */
const failsFrom = 0.8;
const warnsFrom = 0.6;

export const size: Check = {
  category: 'space',
  name: 'size',
  needs: ['the quota'],
  looksAt: 'the file of the fullest member against its quota',
  warnsWhen: 'it is at 60 % of the quota',
  failsWhen: 'it is at 80 % of the quota, the budget at which maintain acts',
  judge({ members, target }) {
    const known = members.flatMap(({ name, status, quota: { quotaBytes } }) =>
      quotaBytes === null ? [] : [{ name, ...status, quotaBytes, share: status.sizeBytes / quotaBytes }],
    );
    const fullest = known.toSorted((a, b) => b.share - a.share)[0]!;
    const { name, sizeBytes, inUseBytes, quotaBytes, share } = fullest;
    const why = `${bytes(sizeBytes)} of ${bytes(quotaBytes)} (${percent(share)}) at ${name}, ${bytes(inUseBytes)} in use`;
    if (share < warnsFrom) return ok(why);
    const hint =
      inUseBytes / quotaBytes >= warnsFrom
        ? `most of it is in use: see who fills it, and raise the quota\nkubechurn triage\n\n${howToSet(target, quotaFlags)}`
        : maintain(target);
    return share >= failsFrom ? failed(why, hint) : warning(why, hint);
  },
};
