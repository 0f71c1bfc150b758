import { listed } from '../../../words/listed.ts';
import { counted, duration } from '../../../words/units.ts';
import { failed, ok, skipped, warning, type Verdict } from '../define-check.ts';
import { deployed, howToInstall, logOf } from './installed.ts';
import { valueOf, type ClusterCheck } from './needs.ts';
import type { ClusterSeen, SeenBackend } from './seen.ts';

const day = 86_400_000;
/** What Kubernetes advises for calls that every write waits for. */
const longestTimeout = 3;

export const registered: ClusterCheck = {
  category: 'webhook',
  name: 'webhook registered',
  needs: ['the registration'],
  looksAt: 'the ValidatingWebhookConfigurations whose webhooks are named kubechurn.dev',
  warnsWhen: `writes fail when it is away (failurePolicy Fail), or wait more than ${longestTimeout} s for it`,
  failsWhen: 'a webhook runs and none is registered: nobody calls it',
  judge(seen) {
    const hooks = valueOf(seen.hooks) ?? [];
    if (hooks.length === 0) {
      const [webhook] = deployed(seen, 'webhook');
      if (!webhook) return skipped('no webhook is installed');
      const { namespace, name } = webhook;
      return failed(
        `${namespace}/${name} runs, and no ValidatingWebhookConfiguration names it`,
        `install the chart again:\n${howToInstall}`,
      );
    }
    const [first] = hooks;
    const configuration = first?.configuration ?? '';
    const strict = hooks.filter(({ failurePolicy }) => failurePolicy !== 'Ignore').map(({ name }) => name);
    if (strict.length > 0)
      return warning(
        `${listed(strict)}: failurePolicy Fail, so nothing can be written while it is away`,
        'set webhook.failurePolicy=Ignore in the chart',
      );
    const slow = Math.max(...hooks.map(({ timeoutSeconds }) => timeoutSeconds));
    if (slow > longestTimeout)
      return warning(
        `a write waits up to ${slow} s for a webhook that hangs`,
        'set webhook.timeoutSeconds=1 in the chart',
      );
    return ok(`${counted(hooks.length, 'webhook')} in ${configuration}, Ignore, at most ${slow} s`);
  },
};

export const reachable: ClusterCheck = {
  category: 'webhook',
  name: 'webhook reachable',
  needs: ['a registration'],
  looksAt: 'the endpoints of the Services that the registration names',
  warnsWhen: 'only some of them are ready',
  failsWhen: 'none is ready',
  judge({ backends }) {
    const known = backends.flatMap(({ name, namespace = '', endpoints }) => {
      const counts = endpoints && valueOf(endpoints);
      return counts ? [{ name, namespace, ...counts }] : [];
    });
    const unknown = backends.flatMap(({ endpoints }) => (endpoints && 'why' in endpoints ? [endpoints.why] : []));
    if (known.length === 0)
      return skipped(unknown.length > 0 ? `unknown: ${unknown[0]}` : 'it is registered by URL: there are no endpoints');
    const why = known.map(({ name, ready, unready }) => `${name}: ${ready} of ${ready + unready} ready`).join('; ');
    const hint = known
      .map(({ namespace }) => `kubectl -n ${namespace} get pods -l app.kubernetes.io/component=webhook`)
      .join('\n');
    if (known.some(({ ready }) => ready === 0)) return failed(why, `no API server can reach it:\n${hint}`);
    return known.some(({ unready }) => unready > 0) ? warning(why, `see what is wrong with them:\n${hint}`) : ok(why);
  },
};

export const trusted: ClusterCheck = {
  category: 'webhook',
  name: 'webhook certificate',
  needs: ['a registration'],
  looksAt: 'the certificate that the webhook serves with against the caBundle of its registration',
  warnsWhen: 'it ends within a day: it should have been renewed',
  failsWhen:
    'API servers do not trust it, or it has ended: they then call nobody, and say so nowhere but in their metrics',
  judge: ({ backends, now }) =>
    worst(backends, ({ hasBundle, namespace }, { distrust, validTo }) => {
      const left = validTo - now;
      if (left < 0) return failed(`it expired on ${dateOf(validTo)}`, renew(namespace));
      if (distrust !== undefined)
        return hasBundle
          ? failed(`the caBundle does not vouch for it (${distrust})`, renew(namespace))
          : failed(`the registration has no caBundle (${distrust})`, renew(namespace));
      const why = `trusted by the caBundle, valid until ${dateOf(validTo)}, ${duration(left)} from now`;
      return left < day ? warning(why, renew(namespace)) : ok(why);
    }),
};

export const answering: ClusterCheck = {
  category: 'webhook',
  name: 'webhook answers',
  needs: ['a registration'],
  looksAt: 'what it says at /readyz, asked over a port-forward or, from within the cluster, directly',
  failsWhen: 'it does not answer, or is not ready',
  judge: ({ backends }) =>
    worst(backends, ({ namespace }, { status, said }) =>
      status === 200
        ? ok('it answers and is ready')
        : failed(`it says ${status}: ${said}`, `see its log:\n${logOf('webhook', namespace)}`),
    ),
};

export const warnings: ClusterCheck = {
  category: 'webhook',
  name: 'warnings seen',
  needs: ['a registration', 'the trial'],
  looksAt: 'whether a ConfigMap created as a dry run brings the webhook’s warning back, as kubectl would print it',
  failsWhen: 'it does not: API servers do not call the webhook, or give up on it',
  judge(seen) {
    const { namespace, warned, failedOpen = 0 } = valueOf(seen.probe)!;
    if (warned) return ok(`a write to ${namespace} brought its warning back`);
    return failedOpen > 0
      ? failed(
          `the API server called the webhook and gave up: ${counted(failedOpen, 'call')} failed open`,
          'see the checks above: its certificate, its endpoints, and whether the API server may reach its port (firewalls of managed clusters: set webhook.port, or webhook.hostNetwork=true)',
        )
      : failed(
          `a write to ${namespace} came back without its warning`,
          `see whether its namespaceSelector leaves that namespace out, whether the webhook is of this version, and the API server's log:\nkubectl get validatingwebhookconfigurations -o yaml`,
        );
  },
};

/** The first that is not well, else the first. */
function worst(
  backends: ClusterSeen['backends'],
  judge: (backend: SeenBackend, served: Exclude<ReturnType<typeof servedBy>, undefined>) => Verdict,
): Verdict {
  const verdicts = backends.map((backend) => {
    const served = servedBy(backend);
    if (served === undefined) {
      const { why } = 'why' in backend.served ? backend.served : { why: 'nothing was said' };
      return skipped(`unknown: ${backend.name} could not be asked (${why})`);
    }
    const verdict = judge(backend, served);
    return backends.length > 1 ? { ...verdict, why: `${backend.name}: ${verdict.why}` } : verdict;
  });
  const found = (['failed', 'warning', 'skipped', 'ok'] as const).flatMap((wanted) =>
    verdicts.filter(({ result }) => result === wanted),
  )[0];
  return found ?? skipped('unknown: no webhook was found');
}

const servedBy = ({ served }: SeenBackend) => valueOf(served);

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const renew = (namespace = 'NAMESPACE'): string =>
  [
    'with webhook.tls.mode auto, let it publish its authority again:',
    `kubectl -n ${namespace} rollout restart deployment -l app.kubernetes.io/component=webhook`,
    'with certManager, see whether the Certificate is ready and ca-injector runs:',
    `kubectl -n ${namespace} describe certificates`,
    'with existingSecret, give webhook.tls.caBundle the authority of that Secret',
  ].join('\n');
