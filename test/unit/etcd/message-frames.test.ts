import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMessageReader } from '../../../src/etcd/message-frames.ts';

function framed(message: Uint8Array, flag = 0): Buffer {
  const head = Buffer.alloc(5, 0);
  head[0] = flag;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

describe('the messages of a gRPC stream', () => {
  it('are those sent, wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.map((message) => framed(message)));
          const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
          const came: Buffer[] = [];
          const reader = createMessageReader(1_000, (message) => came.push(Buffer.from(message)));
          for (let i = 1; i < places.length; i++) reader.read(stream.subarray(places[i - 1], places[i]));
          expect(came).toEqual(messages.map((message) => Buffer.from(message)));
        },
      ),
    );
  });

  it('may be longer than any before', () => {
    const long = Buffer.alloc(300_000, 'x');
    const came: number[] = [];
    const reader = createMessageReader(1_000_000, (message) => came.push(message.length));
    const stream = framed(long);
    for (let at = 0; at < stream.length; at += 16_384) reader.read(stream.subarray(at, at + 16_384));
    expect(came).toEqual([300_000]);
  });

  it('are refused where they are compressed, or longer than any can be', () => {
    const reader = () => createMessageReader(1_000, () => {});
    expect(() => reader().read(framed(Buffer.alloc(3), 1))).toThrow('no gRPC message');
    expect(() => reader().read(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))).toThrow('no gRPC message');
  });
});
