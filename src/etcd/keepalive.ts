/** Pings make a stopped member noticed within ten seconds. etcd closes connections that ping more often than every 5 s. */
export const keepalive = { everyMs: 6_000, timeoutMs: 3_000 };
