import type { Request, Verb } from '../../model/request.ts';
import type { Millis, Revision } from '../../model/write.ts';
import { changing, isStored, storedGroup } from '../../objects/stored.ts';
import { queryOf } from './request-uri.ts';

/** What of an audit event matters here, whichever way it was read. "" and 0 stand for absent. */
export interface AuditFields {
  stage: string;
  verb: string;
  requestUri: string;
  user: string;
  impersonated: string;
  userAgent: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  uid: string;
  /** objectRef's, else that of the object sent. */
  basedOn: Revision;
  /** Of the object sent back. */
  became: Revision;
  code: number;
  /** Why it was refused, in one word of Kubernetes': Conflict, AlreadyExists. */
  reason: string;
  at: Millis;
  answeredAt: Millis;
}

export function noFields(): AuditFields {
  return {
    stage: '',
    verb: '',
    requestUri: '',
    user: '',
    impersonated: '',
    userAgent: '',
    group: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    uid: '',
    basedOn: 0,
    became: 0,
    code: 0,
    reason: '',
    at: 0,
    answeredAt: 0,
  };
}

/** What an audit event turned out to be. `other`: a read, an earlier stage, or something that is never stored. */
export type AuditEvent = Request | 'other';

/** Stages after which nothing more comes of a request. */
const last: ReadonlySet<string> = new Set(['ResponseComplete', 'Panic']);

export function isOfInterest({ stage, verb }: Pick<AuditFields, 'stage' | 'verb'>): boolean {
  return (stage === '' || last.has(stage)) && (verb === '' || changing.has(verb));
}

export function requestOf(fields: AuditFields): AuditEvent {
  const { verb, resource, subresource, namespace, uid, basedOn, became, code, reason, userAgent, at } = fields;
  if (!last.has(fields.stage) || !isVerb(verb) || resource === '' || !(at > 0)) return 'other';
  if (!isStored(fields.group, subresource === '' ? undefined : subresource)) return 'other';
  const user = fields.impersonated === '' ? fields.user : fields.impersonated;
  const { fieldManager, dryRun } = queryOf(fields.requestUri);
  return {
    at,
    answeredAt: Math.max(at, fields.answeredAt),
    verb,
    key: {
      group: storedGroup(fields.group, resource),
      resource,
      ...(namespace !== '' && resource !== 'namespaces' && { namespace }),
      name: fields.name,
    },
    ...(uid !== '' && { uid }),
    ...(user !== '' && { user }),
    ...(userAgent !== '' && { userAgent }),
    ...(fieldManager !== undefined && { fieldManager }),
    ...(subresource !== '' && { subresource }),
    ...(basedOn > 0 && { basedOn }),
    ...(became > 0 && { became }),
    outcome: fields.stage === 'Panic' || code === 0 ? 'unknown' : code < 400 ? 'succeeded' : 'rejected',
    ...(code > 0 && { code }),
    ...(code >= 400 && reason !== '' && { reason }),
    ...(dryRun && { dryRun }),
  };
}

function isVerb(verb: string): verb is Verb {
  return changing.has(verb);
}
