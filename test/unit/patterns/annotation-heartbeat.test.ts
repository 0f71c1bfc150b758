import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { configMap, deployment, template } from './objects.ts';
import { recording, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

function beats(times: number, seconds: number, patchAt: (i: number, now: number) => JsonObject): Recording {
  const record = recording();
  const map = record.create(configMap('postgres-leader'), 'patroni');
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    record.patch(map, 'patroni', patchAt(i, record.now()));
  }
  return record;
}

const annotation = (value: string): JsonObject => ({ metadata: { annotations: { 'example.com/state': value } } });

describe('annotation-heartbeat', () => {
  it('names the annotation a heartbeat is kept in', () => {
    const record = beats(40, 10, (_, now) => annotation(JSON.stringify({ holder: 'pg-0', renewTime: rfc3339(now) })));
    expect(findingOf(judge(record.writes).findings, 'annotation-heartbeat')).toMatchObject({
      confidence: 'high',
      subject: { resource: 'configmaps', name: 'postgres-leader' },
      fields: ['/metadata/annotations/example.com~1state'],
      writers: [{ name: 'patroni' }],
    });
  });

  it.each<[string, Recording]>([
    ['a number that counts', beats(40, 10, (i) => annotation(String(i)))],
    ['a beat once a minute', beats(10, 60, (_, now) => annotation(rfc3339(now)))],
    ['a burst', beats(20, 2, (_, now) => annotation(rfc3339(now)))],
    [
      'annotations that move with the content',
      beats(40, 10, (i, now) => ({ ...annotation(rfc3339(now)), data: { mode: `v${i}` } })),
    ],
    ['a state that goes back and forth with one writer', beats(40, 10, (i) => annotation(i % 2 ? 'up' : 'down'))],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });

  it('stays silent on rollouts by restart annotation', () => {
    const record = recording();
    const web = record.create(deployment('web'), 'kubectl');
    for (let i = 0; i < 20; i++) {
      record.wait(20);
      const { spec } = template('web', 'v1');
      record.patch(web, 'kubectl-rollout', {
        spec: {
          template: {
            metadata: {
              labels: { app: 'web' },
              annotations: { 'kubectl.kubernetes.io/restartedAt': rfc3339(record.now()) },
            },
            spec: spec ?? null,
          },
        },
      });
    }
    expect(judge(record.writes).findings).toEqual([]);
  });
});
