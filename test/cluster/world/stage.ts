import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../../src/model/json.ts';
import type { KubeObject, Method, RequestOptions } from '../harness/api-client.ts';
import type { ControlPlane } from '../harness/start-control-plane.ts';

/** One who writes: an account, and what it calls itself. */
export type Actor = {
  create(path: string, object: JsonObject): Promise<KubeObject>;
  /** A merge patch. */
  patch(path: string, change: JsonObject): Promise<KubeObject>;
  /** Server-side apply that takes fields over. */
  apply(path: string, object: JsonObject): Promise<KubeObject>;
  remove(path: string): Promise<void>;
};

/** Where scenarios play: a control plane, and one clock that ends all of them. */
export type Stage = {
  readonly plane: ControlPlane;
  readonly signal: AbortSignal;
  /** A directory for files of scenarios. */
  readonly directory: string;
  /** `user` without a token is the administrator. */
  as(user: string, fieldManager: string): Actor;
  /** Acts at this pace until the end. What is refused is noted, and does not end it. */
  every(milliseconds: number, act: (turn: number) => Promise<unknown>): void;
  readonly refusals: readonly string[];
  /** Until everything that runs has ended. */
  end(): Promise<void>;
};

export function openStage(plane: ControlPlane, directory: string): Stage {
  const ending = new AbortController();
  const running: Promise<void>[] = [];
  const refusals: string[] = [];
  const { signal } = ending;

  const as = (user: string, fieldManager: string): Actor => {
    const token = plane.tokenFor(user);
    const send = (method: Method, path: string, body?: JsonObject, more?: RequestOptions): Promise<KubeObject> =>
      plane.request(method, path, body, { token, fieldManager, userAgent: `${fieldManager}/1.0`, ...more });
    return {
      create: (path, object) => send('POST', path, object),
      patch: (path, change) => send('PATCH', path, change),
      apply: (path, object) =>
        send('PATCH', `${path}?force=true`, object, { contentType: 'application/apply-patch+yaml' }),
      async remove(path) {
        await plane.adminFetch(path, { method: 'DELETE', token, userAgent: `${fieldManager}/1.0` });
      },
    };
  };

  const run = async (milliseconds: number, act: (turn: number) => Promise<unknown>): Promise<void> => {
    let due = performance.now();
    for (let turn = 0; !signal.aborted; turn++) {
      await act(turn).catch((error: unknown) => refusals.push(String(error)));
      // What is late is not made up for: a busy machine is given less to do.
      due = Math.max(due + milliseconds, performance.now());
      await pause(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined);
    }
  };

  return {
    ...{ plane, signal, directory, as, refusals },
    every: (milliseconds, act) => void running.push(run(milliseconds, act)),
    async end() {
      ending.abort();
      await Promise.all(running);
    },
  };
}
