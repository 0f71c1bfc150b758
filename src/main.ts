import { isMainThread } from 'node:worker_threads';

// The commands are loaded only where they are needed, so that a worker thread starts without them.
if (isMainThread) await (await import('./command-line.ts')).runCommandLine(new URL(import.meta.url));
else (await import('./pipeline/offline/threads.ts')).runThread();
