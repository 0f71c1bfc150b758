import { pino } from 'pino';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One JSON object a line on stderr: a constant message, and what differs from line to line in fields of its own. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: LogFields) => void;

export function createLog(name: string): Log {
  // Synchronous: a line that waits in a buffer is lost when the process ends in a hurry.
  const logger = pino({ base: { name } }, pino.destination({ dest: 2, sync: true }));
  return (level, message, fields = {}) => logger[level](fields, message);
}
