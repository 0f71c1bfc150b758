import type { JsonObject } from '../../../../src/model/json.ts';
import { issueAuthority } from '../../../../src/server/tls/issue.ts';
import { accountOf, controllerAccount, core, deployment, deployments, nodeName } from '../objects.ts';
import { autoscaler, autoscalers } from '../autoscaler.ts';
import type { Loop } from '../scenario.ts';

const flux = accountOf('flux-system', 'kustomize-controller');
const platform = accountOf('platform', 'config-operator');

export const appliedField: Loop = {
  name: 'two appliers that force one field',
  namespace: 'settings',
  users: [flux, platform],
  expected: {
    pattern: 'field-fight',
    subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'settings', name: 'features' },
    writers: [
      [flux, 'kustomize-controller'],
      [platform, 'config-operator'],
    ],
    fields: ['/data/mode'],
    remedy: /give \/data\/mode one owner/,
    live: true,
  },
  start({ as, every }) {
    const [git, operator] = [as(flux, 'kustomize-controller'), as(platform, 'config-operator')];
    const features = (mode: string): JsonObject => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'features' }, data: { mode } },
    });
    every(175, (turn) =>
      (turn % 2 === 0 ? git : operator).apply(
        `${core('settings')}/configmaps/features`,
        features(turn % 2 === 0 ? 'strict' : 'lenient'),
      ),
    );
  },
};

const argo = accountOf('argocd', 'argocd-application-controller');

/** The real HPA controller wants six, git says two. */
export const replicas: Loop = {
  name: 'an autoscaler against replicas in git',
  namespace: 'shop',
  users: [argo],
  expected: {
    pattern: 'replicas-fight',
    subject: { type: 'object', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
    writers: [
      [argo, 'argocd-controller'],
      [controllerAccount('horizontal-pod-autoscaler'), 'kube-controller-manager'],
    ],
    fields: ['/spec/replicas'],
    remedy: /leave \/spec\/replicas of Deployment shop\/web to the autoscaler/,
    live: true,
  },
  async prepare({ as }) {
    await as(argo, 'argocd-controller').create(deployments('shop'), deployment('web', 2, nodeName(2)));
  },
  start({ as, every }) {
    const git = as(argo, 'argocd-controller');
    let scaled = false;
    every(1_000, async () => {
      if (!scaled) await as('admin', 'kubectl').create(autoscalers('shop'), autoscaler('web', 'demand-of-shop'));
      scaled = true;
      await git.apply(`${deployments('shop')}/web`, {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
        ...deployment('web', 2, nodeName(2)),
      });
    });
  },
};

const injector = accountOf('cert-manager', 'cert-manager-cainjector');
const policies = accountOf('policy', 'policy-operator');
const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Each fills in the bundle it believes in; no webhook is ever shown that. */
export const webhookBundle: Loop = {
  name: 'two writers of one caBundle',
  users: [injector, policies],
  expected: {
    pattern: 'webhook-config-fight',
    subject: { type: 'object', resource: 'validatingwebhookconfigurations', name: 'policies.example.com' },
    writers: [
      [injector, 'cainjector'],
      [policies, 'policy-operator'],
    ],
    fields: ['/webhooks/name=validate.policies.example.com/clientConfig/caBundle'],
    remedy: /let one of the writers leave ValidatingWebhookConfiguration policies\.example\.com alone/,
    live: true,
  },
  start({ as, every }) {
    const sides = [as(injector, 'cainjector'), as(policies, 'policy-operator')] as const;
    let bundles: readonly string[] = [];
    every(175, async (turn) => {
      if (bundles.length === 0) {
        const issued = await Promise.all(sides.map(() => issueAuthority('policies', new Date())));
        bundles = issued.map(({ certificate }) => Buffer.from(certificate).toString('base64'));
        await as('admin', 'helm').create(configurations, configuration(bundles[1]!));
      }
      await sides[(turn % 2) as 0 | 1].patch(`${configurations}/policies.example.com`, {
        webhooks: configuration(bundles[turn % 2]!)['webhooks']!,
      });
    });
  },
};

const configuration = (caBundle: string): JsonObject => ({
  metadata: { name: 'policies.example.com' },
  webhooks: [
    {
      ...{ name: 'validate.policies.example.com', admissionReviewVersions: ['v1'], sideEffects: 'None' },
      ...{ failurePolicy: 'Ignore', clientConfig: { url: 'https://127.0.0.1:1/', caBundle } },
      namespaceSelector: { matchLabels: { 'policies.example.com/nowhere': 'true' } },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' },
      ],
    },
  ],
});
