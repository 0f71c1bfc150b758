import { expect, it } from '@jest/globals';
import { readMemberList } from '../../../src/etcd/maintenance-answers.ts';
import { bytes, header, number } from '../mvcc/messages.ts';

it('a member list names the cluster and its members, one that never started without name and address', () => {
  const started = [number(1, 0x8e9e05c52164694dn), bytes(2, Buffer.from('a')), bytes(4, Buffer.from('http://a:2379'))];
  const list = Buffer.concat([
    bytes(1, header(1, 0x8e9e05c52164694dn)),
    bytes(2, Buffer.concat(started)),
    bytes(2, Buffer.concat([number(1, 7), number(5, 1)])),
  ]);
  expect(readMemberList(list)).toEqual({
    clusterId: String(0xcdf818194e3a8c32n),
    members: [
      { id: '10276657743932975437', name: 'a', clientUrls: ['http://a:2379'], isLearner: false },
      { id: '7', name: '', clientUrls: [], isLearner: true },
    ],
  });
});
