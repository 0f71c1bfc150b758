import { duration } from '../../words/units.ts';
import { failed, ok, skipped, warning, type Check, type Verdict } from './define-check.ts';
import type { NamedCertificate, Seen } from './seen.ts';

const day = 86_400_000;
const warnsBelow = 30 * day;
const failsBelow = 7 * day;
const when = { warnsWhen: 'one ends within 30 days', failsWhen: 'one ends within 7 days, or has ended' };

export const ownCertificates: Check = {
  category: 'certificates',
  name: 'client certificate',
  needs: [],
  looksAt: 'the files given with --cert and --cacert, and until when they are valid',
  ...when,
  judge: (seen) =>
    seen.ownCertificates.length === 0
      ? skipped('no client certificate is given')
      : judgeExpiry(seen.ownCertificates, seen),
};

export const serverCertificates: Check = {
  category: 'certificates',
  name: 'server certificates',
  needs: ['TLS'],
  looksAt: 'the chain that each endpoint presents in the TLS handshake, trusted or not',
  ...when,
  judge(seen) {
    const shown = seen.presented.flatMap(({ url, chain }) =>
      chain.map(({ subject, validTo }) => ({ name: `${subject} of ${url}`, validTo })),
    );
    return shown.length === 0 ? skipped('unknown: no endpoint presents one') : judgeExpiry(shown, seen);
  },
};

function judgeExpiry(certificates: readonly NamedCertificate[], { now, target }: Seen): Verdict {
  const [soonest] = certificates.toSorted((a, b) => a.validTo - b.validTo);
  if (!soonest) return skipped('unknown: there is none');
  const date = new Date(soonest.validTo).toISOString().slice(0, 10);
  const left = soonest.validTo - now;
  if (left < 0) return failed(`${soonest.name} expired on ${date}`, target.renewal);
  const why = `valid until ${date}, ${duration(left)} from now (${soonest.name})`;
  if (left < failsBelow) return failed(why, target.renewal);
  return left < warnsBelow ? warning(why, target.renewal) : ok(why);
}
