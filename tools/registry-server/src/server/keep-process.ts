import type { Log } from './log.ts';

/**
 * A last net: what is thrown where nobody can catch it, deep in what answers a read, is logged as the bug that it is, and
 * the process goes on. Writes don't depend on it: the gate catches all of its own. A write over the limit of a file's size
 * is an error like a full disk, though libraries that look for signals would end the process by it.
 */
export function keepProcess(log: Log): { release(): void } {
  const onThrown = (error: unknown): void =>
    log({ level: 'error', event: 'bug', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  const onFileLimit = (): void => undefined;
  process.on('uncaughtException', onThrown);
  process.on('unhandledRejection', onThrown);
  process.on('SIGXFSZ', onFileLimit);
  return {
    release: () => {
      process.removeListener('uncaughtException', onThrown);
      process.removeListener('unhandledRejection', onThrown);
      process.removeListener('SIGXFSZ', onFileLimit);
    },
  };
}
