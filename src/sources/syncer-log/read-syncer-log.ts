import type { Readable } from 'node:stream';

import type { Request } from '../../model/request.ts';
import type { Millis } from '../../model/write.ts';
import { builtinNamed } from '../../objects/kinds.ts';
import { openLog } from '../log/open-log.ts';
import { createLineSplitter } from '../log/split-lines.ts';
import { syncerErrors, whatToGive } from './errors.ts';
import { parseSyncerLine, type SyncerLine } from './parse-line.ts';

/** Inside a vCluster its syncer is the super admin. */
const syncerUser = 'kubernetes-super-admin';
const syncerAgent = 'vcluster';

export interface SyncerLogFacts {
  readonly name: string;
  readonly requests: number;
  readonly from: Millis | undefined;
  readonly to: Millis | undefined;
}

export interface SyncerReading {
  readonly stdin: Readable;
  readonly now: Millis;
  /** Each failed reconciliation, as a refused request for the object inside the vCluster. */
  readonly onRequest: (request: Request) => void;
}

/** Reads the log of a vCluster's syncer: each failed reconciliation is an attempt that will be repeated. */
export async function readSyncerLog(file: string, { stdin, now, onRequest }: SyncerReading): Promise<SyncerLogFacts> {
  const name = file === '-' ? 'stdin' : file;
  const log = await openLog(file, stdin, whatToGive);
  let [known, requests, from, to] = [0, 0, Infinity, -Infinity];
  const lines = createLineSplitter({
    line(bytes, start, end) {
      const line = parseSyncerLine(bytes.toString('utf8', start, end), now);
      if (!line) return;
      known++;
      if (!line.failure) return;
      requests++;
      from = Math.min(from, line.at);
      to = Math.max(to, line.at);
      onRequest(requestOf(line.at, line.failure));
    },
    tooLong: () => undefined,
  });
  for await (const piece of log.pieces) lines.add(piece);
  lines.end();
  if (known === 0) throw syncerErrors.noLines(name);
  return { name, requests, from: requests > 0 ? from : undefined, to: requests > 0 ? to : undefined };
}

function requestOf(at: Millis, { controller, namespace, name, error }: NonNullable<SyncerLine['failure']>): Request {
  const builtin = builtinNamed(controller);
  const code = codeOf(error);
  return {
    at,
    answeredAt: at,
    verb: 'update',
    key: {
      group: builtin?.group ?? '',
      resource: builtin?.resource ?? controller,
      ...(namespace !== undefined && { namespace }),
      name,
    },
    user: syncerUser,
    userAgent: syncerAgent,
    outcome: 'rejected',
    ...(code > 0 && { code }),
    reason: reasonOf(error, builtin?.kind === 'Secret'),
  };
}

const codes: readonly (readonly [RegExp, number])[] = [
  [/has been modified|cannot be fulfilled/, 409],
  [/already exists/, 409],
  [/ is invalid:/, 422],
  [/is forbidden|denied the request|Unauthorized/, 403],
  [/not found/, 404],
  [/too many requests/i, 429],
  [/deadline exceeded|timed? ?out/i, 504],
];

/** The HTTP status that the API server's words stand for; 0 where they tell none. */
function codeOf(error: string): number {
  return codes.find(([words]) => words.test(error))?.[1] ?? 0;
}

/** What failed, without the values an API server may quote: a Secret's could be among them. */
function reasonOf(error: string, isSecret: boolean): string {
  const values = error.indexOf('Invalid value:');
  const told = values === -1 ? error : `${error.slice(0, values)}Invalid value`;
  const short = (isSecret ? told.split(/ is invalid| is forbidden/)[0]! : told).replaceAll(/"[^"]*"\s?/g, '');
  return short.length > 160 ? `${short.slice(0, 159)}…` : short.trim();
}
