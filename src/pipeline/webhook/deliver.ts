import { Outbox } from '../../admission/outbox.ts';
import type { Batch, BatchReply, StandingFinding } from '../../model/batch.ts';
import type { Request } from '../../model/request.ts';
import type { Millis } from '../../model/write.ts';
import { readReply } from './read-reply.ts';

export interface DeliveryLimits {
  /** Requests that wait for one analyzer. */
  readonly waiting: number;
  /** Requests in one batch. */
  readonly batch: number;
  /** Between two batches while there is something to send, and while there is not. */
  readonly busyMs: Millis;
  readonly idleMs: Millis;
  /** The longest wait before an analyzer that failed is tried again. */
  readonly patienceMs: Millis;
}

export const usualDelivery: DeliveryLimits = {
  waiting: 50_000,
  batch: 2_000,
  busyMs: 200,
  idleMs: 5_000,
  patienceMs: 15_000,
};

export interface DeliveryPorts {
  /** Sends to one analyzer; rejects with one sentence. */
  send(address: string, batch: Batch): Promise<Parameters<typeof readReply>[0]>;
  now(): Millis;
  /** Anything an analyzer said; `findings` are those of all analyzers, and only given where they may have changed. */
  heard(findings: readonly StandingFinding[] | undefined): void;
  failed(address: string, error: unknown): void;
}

/** One analyzer: what waits for it, and what it said last. */
interface Reader {
  readonly outbox: Outbox<Request>;
  /** On its way, or to be sent again as it is. */
  pending: Omit<Batch, 'sentAt'> | undefined;
  version: string;
  findings: readonly StandingFinding[];
  nextAt: Millis;
  failures: number;
  sending: boolean;
}

/** Passes requests on to every analyzer, each at its own pace. Nothing here waits for another analyzer, or for a caller. */
export function createDelivery(from: string, limits: DeliveryLimits, ports: DeliveryPorts) {
  const readers = new Map<string, Reader>();
  const counts = { delivered: 0, dropped: 0, failures: 0 };
  /** Of all readers: an analyzer that left and comes back knows the numbers it took. */
  let numbered = 0;
  /** Somebody left since findings were last told. */
  let left = false;

  async function sendTo(address: string, reader: Reader): Promise<void> {
    reader.sending = true;
    const { items, dropped } = reader.pending ? { items: [], dropped: 0 } : reader.outbox.take(limits.batch);
    reader.pending ??= { from, number: ++numbered, dropped, requests: items, known: reader.version };
    try {
      const reply = readReply(await ports.send(address, { ...reader.pending, sentAt: ports.now() }));
      if (!reply) throw new Error('its reply is no reply to a batch');
      counts.delivered += reader.pending.requests.length;
      reader.pending = undefined;
      reader.failures = 0;
      reader.nextAt = ports.now() + (reader.outbox.size > 0 ? 0 : limits.busyMs);
      take(reader, reply);
    } catch (error) {
      counts.failures++;
      reader.failures++;
      reader.nextAt = ports.now() + Math.min(limits.patienceMs, limits.busyMs * 2 ** reader.failures);
      ports.failed(address, error);
    } finally {
      reader.sending = false;
    }
  }

  function take(reader: Reader, { version, findings }: BatchReply): void {
    const changed = left || (findings !== undefined && version !== reader.version);
    left = false;
    reader.version = version;
    reader.findings = findings ?? reader.findings;
    const all = [...readers.values()];
    ports.heard(changed ? distinct(all.flatMap((each) => each.findings)) : undefined);
  }

  return {
    counts,

    /** Requests that no analyzer has taken yet, one for each that is to. */
    waiting(): number {
      let waiting = 0;
      for (const { outbox, pending } of readers.values()) waiting += outbox.size + (pending?.requests.length ?? 0);
      return waiting;
    },

    /** The analyzers there are now. One that is gone takes what waited for it, and what it said, with it. */
    readersAre(addresses: readonly string[]): void {
      for (const address of readers.keys())
        if (!addresses.includes(address)) {
          readers.delete(address);
          left = true;
        }
      for (const address of addresses)
        if (!readers.has(address))
          readers.set(address, {
            outbox: new Outbox(limits.waiting),
            pending: undefined,
            version: '',
            findings: [],
            nextAt: 0,
            failures: 0,
            sending: false,
          });
    },

    add(request: Request): void {
      for (const { outbox } of readers.values()) counts.dropped += outbox.push(request);
    },

    /**
     * Sends what is due; to be called often. Resolves once all of that has been answered.
     * @param all whatever waits, due or not
     */
    async turn(all = false): Promise<void> {
      const now = ports.now();
      const due = [...readers].filter(([, { sending, outbox, pending, nextAt }]) => {
        const something = outbox.size > 0 || pending !== undefined;
        return !sending && (all ? something : now >= nextAt + (something ? 0 : limits.idleMs));
      });
      await Promise.all(due.map(([address, reader]) => sendTo(address, reader)));
    },
  };
}

/** Every analyzer sees everything, so most findings come from each of them. */
function distinct(findings: readonly StandingFinding[]): readonly StandingFinding[] {
  const byId = new Map<string, StandingFinding>();
  for (const finding of findings) {
    const { type, group, resource, namespace, name } = finding.subject;
    const id = JSON.stringify([finding.pattern, type, group, resource, namespace, name]);
    if (!byId.has(id)) byId.set(id, finding);
  }
  return [...byId.values()];
}
