import type { BatchReply, StandingFinding } from '../../model/batch.ts';
import type { Json } from '../../model/json.ts';
import type { Confidence, Writer } from '../../model/writer.ts';
import type { Severity, Subject } from '../../model/finding.ts';
import { asList, asObject, asText, isObject } from '../../objects/json-text.ts';

/** What an analyzer replied to a batch; undefined for what is no such reply. Findings it cannot read are left out. */
export function readReply(value: Json | undefined): BatchReply | undefined {
  if (!isObject(value)) return undefined;
  const { version, findings } = value;
  if (typeof version !== 'string') return undefined;
  return {
    version,
    ...(Array.isArray(findings) && { findings: asList(findings).flatMap(readFinding) }),
  };
}

function readFinding(value: Json): readonly StandingFinding[] {
  const { pattern, severity, confidence, loop, subject, writers, fields, perMinute, remedy, since } = asObject(value);
  const accused = readSubject(subject);
  if (!accused || !isOneOf(severity, severities) || !isOneOf(confidence, confidences)) return [];
  return [
    {
      pattern: asText(pattern) ?? '',
      severity,
      confidence,
      loop: loop === true,
      subject: accused,
      writers: asList(writers).flatMap(readWriter),
      fields: asList(fields).filter((field) => typeof field === 'string'),
      ...(typeof perMinute === 'number' && { perMinute }),
      remedy: asText(remedy) ?? '',
      since: typeof since === 'number' ? since : 0,
    },
  ];
}

function readSubject(value: Json | undefined): Subject | undefined {
  const subject = asObject(value);
  const { type } = subject;
  const [group, resource, namespace, name] = ['group', 'resource', 'namespace', 'name'].map((field) => subject[field]);
  if (!isOneOf(type, subjectTypes) || typeof name !== 'string') return undefined;
  return {
    type,
    ...(typeof group === 'string' && { group }),
    ...(typeof resource === 'string' && { resource }),
    ...(typeof namespace === 'string' && namespace !== '' && { namespace }),
    name,
  };
}

function readWriter(value: Json): readonly Writer[] {
  const { name, kind, confidence } = asObject(value);
  if (typeof name !== 'string' || !isOneOf(kind, writerKinds) || !isOneOf(confidence, confidences)) return [];
  return [{ name, kind, confidence }];
}

const severities = ['info', 'warning', 'critical'] as const satisfies readonly Severity[];
const confidences = ['high', 'medium', 'low'] as const satisfies readonly Confidence[];
const subjectTypes = ['object', 'owner', 'prefix', 'writer'] as const satisfies readonly Subject['type'][];
const writerKinds = ['user', 'fieldManager'] as const satisfies readonly Writer['kind'][];

function isOneOf<Word extends string>(value: Json | undefined, words: readonly Word[]): value is Word {
  return words.some((word) => word === value);
}
