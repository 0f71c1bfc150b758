import type { Json, JsonObject } from '../../model/json.ts';
import type { Millis } from '../../model/write.ts';
import { asObject, asText, isObject, parseJson } from '../../objects/json-text.ts';

/** One line of a syncer's log. */
export interface SyncerLine {
  readonly at: Millis;
  /** undefined where the line is no failed reconciliation. */
  readonly failure?: {
    /** The controller: `pod`, `service`. */
    readonly controller: string;
    readonly namespace: string | undefined;
    readonly name: string;
    readonly error: string;
  };
}

/** zap for people: `2026-08-21 15:43:28<tab>ERROR<tab>controller.go:494<tab>Reconciler error<tab>{...}`, after the name of pod and container perhaps. */
const zap = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)\S*\s+(DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)\s(.*)$/s;
/** klog: `E0315 08:00:42.416687       1 logr.go:265] message`. */
const klog = /\b([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d)\.\d+\s+\d+ \S+?:\d+\] (.*)$/s;
/** controller-runtime within klog's message, as syncers before 0.17 put it. */
const klogFailure = /controller: ([\w-]+): name (\S+)(?: namespace (\S*?))?: Reconciler error (.*)$/s;

/** undefined for a line of another kind. `now` gives klog its year. */
export function parseSyncerLine(line: string, now: Millis): SyncerLine | undefined {
  if (line.startsWith('{')) return fromJson(parseJson(line));
  const plain = zap.exec(line);
  if (plain) {
    const [, date, time, level, rest = ''] = plain;
    const at = Date.parse(`${date}T${time}Z`);
    return { at, ...(level === 'ERROR' && failureOf(jsonAtEnd(rest))) };
  }
  const terse = klog.exec(line);
  if (!terse) return undefined;
  const [, level, month, day, time, message = ''] = terse;
  const at = inYearOf(now, `${month}-${day}T${time}Z`);
  const failed = level === 'E' ? klogFailure.exec(message) : null;
  if (!failed) return { at };
  const [, controller = '', name = '', namespace, error = ''] = failed;
  return { at, failure: { controller, name, namespace: namespace || undefined, error } };
}

function fromJson(value: Json | undefined): SyncerLine | undefined {
  if (!isObject(value) || (value['level'] === undefined && value['severity'] === undefined)) return undefined;
  const stated = value['ts'] ?? value['time'] ?? value['timestamp'];
  const at = typeof stated === 'number' ? stated * 1000 : Date.parse(asText(stated) ?? '');
  if (!Number.isFinite(at)) return undefined;
  const level = (asText(value['level']) ?? asText(value['severity']) ?? '').toLowerCase();
  return { at, ...(level === 'error' && failureOf(value)) };
}

function jsonAtEnd(text: string): JsonObject {
  const start = text.indexOf('{"');
  return start === -1 ? {} : asObject(parseJson(text.slice(start)));
}

function failureOf(fields: JsonObject): Pick<SyncerLine, 'failure'> {
  const [controller, name, error] = [asText(fields['controller']), asText(fields['name']), asText(fields['error'])];
  if (controller === undefined || name === undefined || error === undefined) return {};
  return { failure: { controller, name, error, namespace: asText(fields['namespace']) } };
}

/** The latest such day that is not yet to come. */
function inYearOf(now: Millis, monthAndRest: string): Millis {
  const year = new Date(now).getUTCFullYear();
  const at = Date.parse(`${year}-${monthAndRest}`);
  return at > now + 86_400_000 ? Date.parse(`${year - 1}-${monthAndRest}`) : at;
}
