/** Where ValidatingWebhookConfigurations are. */
export const webhookConfigurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Whether a webhook of one is ours, by its name. */
export function isOurWebhook(name: string): boolean {
  return name.endsWith('.kubechurn.dev');
}
