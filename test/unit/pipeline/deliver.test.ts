import { describe, expect, it } from '@jest/globals';
import type { Batch, BatchReply, StandingFinding } from '../../../src/model/batch.ts';
import type { Json } from '../../../src/model/json.ts';
import type { Request } from '../../../src/model/request.ts';
import { createDelivery } from '../../../src/pipeline/webhook/deliver.ts';

const limits = { waiting: 4, batch: 3, busyMs: 100, idleMs: 1_000, patienceMs: 1_000 };

const request = (name: string): Request => ({
  at: 0,
  answeredAt: 0,
  verb: 'create',
  key: { group: '', resource: 'pods', name },
  outcome: 'unknown',
});
const finding = (name: string): StandingFinding => ({
  pattern: 'field-fight',
  severity: 'warning',
  confidence: 'high',
  loop: true,
  subject: { type: 'object', group: '', resource: 'pods', namespace: 'shop', name },
  writers: [{ name: 'alice', kind: 'user', confidence: 'high' }],
  fields: ['/a'],
  perMinute: 3,
  remedy: 'r',
  since: 1,
});

/** Analyzers by address, each answering as told; time stands still until it is moved. */
function stage(addresses: readonly string[]) {
  const sent: { address: string; batch: Batch }[] = [];
  const heard: { names: readonly string[] | undefined }[] = [];
  const replies = new Map<string, BatchReply | 'down'>(addresses.map((address) => [address, { version: '' }]));
  const clock = { now: 0 };
  const delivery = createDelivery('me', limits, {
    now: () => clock.now,
    send: async (address, batch) => {
      sent.push({ address, batch });
      const reply = replies.get(address);
      if (reply === 'down' || !reply) throw new Error('down');
      // As it comes over the wire.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a reply is JSON
      return JSON.parse(JSON.stringify(reply)) as Json;
    },
    heard: (findings) => heard.push({ names: findings?.map(({ subject }) => subject.name) }),
    failed: () => undefined,
  });
  delivery.readersAre(addresses);
  const turn = async (ms = 1_000) => {
    clock.now += ms;
    await delivery.turn();
  };
  const namesSentTo = (address: string): string[] =>
    sent.flatMap((each) => (each.address === address ? each.batch.requests.map(({ key }) => key.name) : []));
  return { delivery, sent, heard, replies, turn, namesSentTo };
}

describe('delivery to analyzers', () => {
  it('brings every request to every analyzer, in batches', async () => {
    const { delivery, sent, turn, namesSentTo } = stage(['a', 'b']);
    for (const name of ['1', '2', '3', '4']) delivery.add(request(name));
    await turn();
    await turn();
    for (const address of ['a', 'b']) expect(namesSentTo(address)).toEqual(['1', '2', '3', '4']);
    expect(sent.map(({ batch }) => batch.number)).toEqual([1, 2, 3, 4]);
    expect(delivery.counts).toEqual({ delivered: 8, dropped: 0, failures: 0 });
  });

  it('sends a batch that failed again as it was, later each time, and drops the oldest meanwhile', async () => {
    const { delivery, sent, replies, turn } = stage(['a']);
    replies.set('a', 'down');
    delivery.add(request('1'));
    await turn();
    for (const name of ['2', '3', '4', '5', '6', '7']) delivery.add(request(name));
    await turn(100);
    expect(sent).toHaveLength(1);
    await turn(100);
    expect(sent).toHaveLength(2);
    replies.set('a', { version: '' });
    await turn(400);
    await turn(400);
    const batches = sent.map(({ batch: { number, dropped, requests } }) => ({
      number,
      dropped,
      names: requests.map(({ key }) => key.name),
    }));
    const first = { number: 1, dropped: 0, names: ['1'] };
    expect(batches).toEqual([first, first, first, { number: 2, dropped: 2, names: ['4', '5', '6'] }]);
    expect(delivery.counts).toMatchObject({ dropped: 2, failures: 2 });
  });

  it('says of each batch when it was sent, which for one that failed is another time', async () => {
    const { delivery, sent, replies, turn } = stage(['a']);
    replies.set('a', 'down');
    delivery.add(request('1'));
    await turn(100);
    replies.set('a', { version: '' });
    await turn(60_000);
    expect(sent.map(({ batch: { number, sentAt } }) => ({ number, sentAt }))).toEqual([
      { number: 1, sentAt: 100 },
      { number: 1, sentAt: 60_100 },
    ]);
  });

  it('lets no analyzer that is away hold up another', async () => {
    const { delivery, replies, turn, namesSentTo } = stage(['a', 'b']);
    replies.set('a', 'down');
    delivery.add(request('1'));
    await turn();
    delivery.add(request('2'));
    await turn(100);
    expect(namesSentTo('b')).toEqual(['1', '2']);
  });

  it('asks for findings now and then when there is nothing to send, and tells of each change once', async () => {
    const { heard, sent, replies, turn } = stage(['a', 'b']);
    await turn();
    replies.set('a', { version: '1', findings: [finding('x')] });
    replies.set('b', { version: '1', findings: [finding('x'), finding('y')] });
    await turn(2_000);
    expect(heard.at(-1)).toEqual({ names: ['x', 'y'] });
    replies.set('a', { version: '1' });
    await turn(2_000);
    expect(sent.at(-1)?.batch).toEqual({ from: 'me', number: 6, dropped: 0, requests: [], sentAt: 5_000, known: '1' });
    expect(heard.at(-2)).toEqual({ names: undefined });
  });

  it('forgets what an analyzer said that is gone', async () => {
    const { delivery, heard, replies, turn } = stage(['a', 'b']);
    replies.set('a', { version: '1', findings: [finding('x')] });
    await turn();
    delivery.readersAre(['b']);
    await turn(2_000);
    expect(heard.at(-1)).toEqual({ names: [] });
  });

  it('numbers no batch as an earlier one to an analyzer that left and came back, which would take it for a repeat', async () => {
    const { delivery, sent, turn } = stage(['a']);
    for (const name of ['1', '2']) {
      delivery.add(request(name));
      await turn();
      delivery.readersAre([]);
      delivery.readersAre(['a']);
    }
    const [first = 0, second = 0] = sent.map(({ batch }) => batch.number);
    expect(sent).toHaveLength(2);
    expect(second).toBeGreaterThan(first);
  });

  it('takes nothing from a reply that is none', async () => {
    const { delivery, heard, turn, replies } = stage(['a']);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what no analyzer of ours would say
    replies.set('a', { findings: [finding('x')] } as unknown as BatchReply);
    await turn();
    expect({ heard, failures: delivery.counts.failures }).toEqual({ heard: [], failures: 1 });
  });
});
