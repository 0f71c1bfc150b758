import type { Readable } from 'node:stream';

import type { Request } from '../../model/request.ts';
import type { Millis } from '../../model/write.ts';
import type { AuditEvent } from './audit-fields.ts';
import { eventsIn, listNames } from './envelopes.ts';
import { openLog } from '../log/open-log.ts';
import { createLineSplitter } from '../log/split-lines.ts';
import { auditErrors, whatToGive } from './errors.ts';
import { createEventReader } from './read-event.ts';
import { createDocumentSplitter } from './split-documents.ts';

/** What a log turned out to hold. */
export interface AuditLogFacts {
  readonly name: string;
  /** Audit events of any kind; `requests` of them would change something. */
  readonly events: number;
  readonly requests: number;
  /** Of the requests, when the first was received and the last. */
  readonly from: Millis | undefined;
  readonly to: Millis | undefined;
  /** Lines that hold no audit event. */
  readonly skipped: number;
  /** The log ends within a line, or within its compressed stream. */
  readonly torn: boolean;
}

export interface AuditReading {
  /** What "-" stands for. */
  readonly stdin: Readable;
  readonly onRequest: (request: Request) => void;
  /** Bytes read so far, unpacked. */
  readonly onBytes?: (bytes: number) => void;
}

/** Reads an audit log from its beginning to its end, holding one piece of it at a time. Throws a Problem where it has no event. */
export async function readAuditLog(file: string, reading: AuditReading): Promise<AuditLogFacts> {
  const name = file === '-' ? 'stdin' : file;
  const log = await openLog(file, reading.stdin, whatToGive);
  const intake = createIntake(reading.onRequest);
  const splitter = createSplitter(intake);
  let bytes = 0;
  for await (const piece of log.pieces) {
    splitter.add(piece);
    bytes += piece.length;
    reading.onBytes?.(bytes);
  }
  splitter.end();
  const facts = intake.facts(name, log.tornAt());
  if (facts.events === 0) throw auditErrors.noEvents(name);
  return facts;
}

/** Takes texts that should be events, and counts what they are. */
function createIntake(onRequest: (request: Request) => void) {
  const readEvent = createEventReader();
  const counts = { events: 0, requests: 0, skipped: 0, torn: false, from: Infinity, to: -Infinity };

  const take = (event: AuditEvent): void => {
    counts.events++;
    if (event === 'other') return;
    counts.requests++;
    if (event.at < counts.from) counts.from = event.at;
    if (event.at > counts.to) counts.to = event.at;
    onRequest(event);
  };

  /** False where a text holds no event. */
  const takeText = (text: string): boolean => {
    const events = eventsIn(text);
    events.forEach(take);
    return events.length > 0;
  };
  return {
    line(bytes: Buffer, start: number, end: number): boolean {
      const event = readEvent(bytes, start, end);
      if (event === undefined) return takeText(bytes.toString('utf8', start, end));
      take(event);
      return true;
    },
    document: (text: string): void => void (takeText(text) || counts.skipped++),
    skip: (): void => void counts.skipped++,
    tear: (): void => void (counts.torn = true),
    facts: (name: string, torn: boolean): AuditLogFacts => ({
      name,
      events: counts.events,
      requests: counts.requests,
      skipped: counts.skipped,
      torn: torn || counts.torn,
      from: counts.requests === 0 ? undefined : counts.from,
      to: counts.requests === 0 ? undefined : counts.to,
    }),
  };
}

/** By line; where the first one shows that JSON was printed over several, by document. */
function createSplitter(intake: ReturnType<typeof createIntake>) {
  let lastFailed = false;
  const settle = (): void => {
    if (lastFailed) intake.skip();
    lastFailed = false;
  };
  const lines = createLineSplitter({
    line(bytes, start, end) {
      settle();
      lastFailed = !intake.line(bytes, start, end) && bytes.toString('latin1', start, end).trim() !== '';
    },
    tooLong() {
      settle();
      lastFailed = true;
    },
  });
  const documents = createDocumentSplitter(listNames, (text) => intake.document(text));
  let mode: 'unknown' | 'lines' | 'documents' = 'unknown';
  return {
    add(piece: Buffer): void {
      if (mode === 'unknown') mode = isPrintedOverLines(piece) ? 'documents' : 'lines';
      if (mode === 'lines') lines.add(piece);
      else documents.add(piece);
    },
    end(): void {
      if (mode === 'documents') {
        if (documents.end()) intake.tear();
        return;
      }
      // What stands behind the last newline may still be growing.
      const open = lines.end();
      if (open && lastFailed) intake.tear();
      else settle();
    },
  };
}

/** A first line that ends within JSON, at a place where no event is ever torn by chance; or a list. */
function isPrintedOverLines(piece: Buffer): boolean {
  const text = piece.toString('latin1', 0, 1 << 16).trimStart();
  if (text.startsWith('[')) return true;
  const end = text.indexOf('\n');
  return end !== -1 && text.startsWith('{') && /[{[,]\s*$/.test(text.slice(0, end));
}
