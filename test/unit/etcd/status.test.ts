import { describe, expect, it } from '@jest/globals';
import { chooseMember } from '../../../src/etcd/choose-member.ts';
import { quotaFrom } from '../../../src/etcd/quota.ts';
import { armedAlarms, readStatus, type MemberStatus } from '../../../src/etcd/status.ts';
import { bytes, header, number } from '../mvcc/messages.ts';

const memberId = 0x8e9e05c52164694dn;

describe('the status of a member', () => {
  it('is read with the fields that etcd 3.6 added and ids above 2^53', () => {
    const status = readStatus(
      Buffer.concat([
        bytes(1, header(1_000_001, memberId)),
        bytes(2, Buffer.from('3.6.8')),
        number(3, 2_166_651_904),
        number(4, memberId),
        number(5, 90),
        number(6, 3),
        number(7, 88),
        bytes(8, Buffer.from('memberID:10276657743932975437 alarm:NOSPACE ')),
        bytes(8, Buffer.from('etcdserver: no leader')),
        number(9, 1_000_000),
        bytes(11, Buffer.from('3.6.0')),
        number(12, 8 * 2 ** 30),
        bytes(13, number(1, 1)),
      ]),
    );
    expect(status).toMatchObject({
      memberId: '10276657743932975437',
      leaderId: '10276657743932975437',
      revision: 1_000_001,
      version: '3.6.8',
      sizeBytes: 2_166_651_904,
      inUseBytes: 1_000_000,
      raftIndex: 90,
      raftAppliedIndex: 88,
      isLearner: false,
      alarms: ['NOSPACE'],
      quotaBytes: 8 * 2 ** 30,
    });
  });

  it('leaves the quota unknown where it is not stated', () => {
    expect(
      readStatus(Buffer.concat([bytes(1, header(1)), bytes(2, Buffer.from('3.5.21'))])).quotaBytes,
    ).toBeUndefined();
  });
});

describe('the alarms in a status', () => {
  it.each([
    ['memberID:10276657743932975437 alarm:NOSPACE '],
    ['memberID:10276657743932975437 alarm:NOSPACE'],
    ['memberID:10276657743932975437  alarm:NOSPACE'],
  ])('are read with their member from "%s"', (error) => {
    expect(armedAlarms({ errors: [error] })).toEqual([{ memberId: '10276657743932975437', alarm: 'NOSPACE' }]);
  });
});

describe('the quota of a member', () => {
  const status = readStatus(Buffer.concat([bytes(1, header(1)), bytes(2, Buffer.from('3.5.21'))]));
  it('is read from its metrics, as Go prints it, where the status does not state it', () => {
    expect(quotaFrom(status, '# TYPE x gauge\netcd_server_quota_backend_bytes 8.589934592e+09\n')).toEqual({
      quotaBytes: 8_589_934_592,
      quotaSource: "etcd's metrics",
    });
  });
  it('is unknown where neither tells it, and says so', () => {
    expect(quotaFrom(status, 'etcd_server_has_leader 1\n')).toEqual({
      quotaBytes: null,
      quotaSource: 'etcd 3.5.21 does not state it, nor could its metrics be read',
    });
  });
});

describe('the member to read from', () => {
  const member = (name: string, status: Partial<MemberStatus>) => ({
    name,
    status: {
      memberId: name,
      leaderId: 'leader',
      raftAppliedIndex: 10_000,
      isLearner: false,
      ...status,
    } as MemberStatus,
  });
  const leader = member('leader', {});
  const follower = member('follower', {});

  it('is a follower rather than the leader', () => {
    expect(chooseMember([leader, follower])).toBe(follower);
  });
  it('is the leader rather than a follower that lags behind', () => {
    expect(chooseMember([member('late', { raftAppliedIndex: 100 }), leader])).toBe(leader);
  });
  it('is a learner only where nobody else answers', () => {
    const learner = member('learner', { isLearner: true });
    expect(chooseMember([learner, leader])).toBe(leader);
    expect(chooseMember([learner])).toBe(learner);
    expect(chooseMember([])).toBeUndefined();
  });
});
