/** One line of the log, in words that programs read: `event` says what happened, and never changes its meaning. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Takes one entry. Whoever calls it leaves out tokens and passwords. */
export type Log = (entry: LogEntry) => void;

/** Lines of JSON, each with its time. A line that can't be written is lost: no request fails by it. */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  return (entry) => {
    try {
      write(`${JSON.stringify({ time: now().toISOString(), ...entry })}\n`);
    } catch {
      return;
    }
  };
}
