/** 4-6 s a GB are published, 14 were seen; a turn that was measured in this run counts instead, with as much again on top. */
const millisPerByte = 15_000 / 1e9;

/** How long a member will be blocked at most, by what it has in use. */
export function blockedMillis(
  inUseBytes: number,
  measured?: { readonly bytes: number; readonly milliseconds: number },
): number {
  const pace =
    measured && measured.bytes > 64e6
      ? Math.min(millisPerByte, (2 * measured.milliseconds) / measured.bytes)
      : millisPerByte;
  return Math.round(inUseBytes * pace);
}

/** The client's deadline: far beyond the estimate, since etcd would go on without us anyway. */
export function deadlineMillis(sizeBytes: number): number {
  return Math.round(60_000 + sizeBytes * 4 * millisPerByte);
}

/** Half of it, since the probes do not begin with the defragmentation. */
export function exceedsProbes(milliseconds: number, probeBudgetMs: number | undefined): boolean {
  return probeBudgetMs !== undefined && milliseconds > probeBudgetMs / 2;
}
