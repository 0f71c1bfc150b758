import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const whatToGive =
  "give what --audit-log-path of kube-apiserver names, or an export of a managed cluster's audit log";

export const auditErrors = {
  noEvents: problem(
    'AUDIT_LOG_NO_EVENTS',
    (file: string) => `${file} holds no audit event (kind Event of audit.k8s.io): ${whatToGive}`,
  ),
} satisfies ErrorCatalogue;
