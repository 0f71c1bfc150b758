/** What an analyzer serves on loopback. */
export const apiPaths = {
  report: '/v1/report',
  findings: '/v1/findings',
  top: '/v1/top',
  status: '/v1/status',
} as const;
