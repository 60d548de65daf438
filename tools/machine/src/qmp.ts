import type { Socket } from 'node:net';
import { Failure, jsonOf, recordOf } from '@moby/model';

/** QEMU's machine protocol (docs/interop/qmp-spec): JSON, one object a line. */
export interface Qmp {
  /** Throws `guest-failed` where QEMU refuses, goes away, or does not answer in time. */
  execute(command: QmpCommand): Promise<void>;
  /** The `reason` of the SHUTDOWN event, once it was seen. */
  shutdownReason(): string | undefined;
  /** QEMU has closed the connection. */
  readonly closed: Promise<void>;
}

export type QmpCommand = 'qmp_capabilities' | 'cont' | 'system_powerdown' | 'quit';

export const maxQmpLineLength: number = 256 * 1024;
const answerLimitMs = 10_000;

export function speakQmp(socket: Socket): Qmp {
  const waiting: ((error: string | undefined) => void)[] = [];
  let shutdown: string | undefined;
  let rest = '';
  let gone = false;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      gone = true;
      for (const answer of waiting.splice(0)) answer('QEMU has ended');
      resolve();
    });
  });
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxQmpLineLength) socket.destroy();
    for (const message of lines.map((line) => recordOf(jsonOf(line)))) {
      if (message['event'] === 'SHUTDOWN') shutdown ??= textOf(recordOf(message['data'])['reason']);
      // Commands are answered in the order in which they were given.
      else if ('error' in message) waiting.shift()?.(textOf(recordOf(message['error'])['desc']) ?? 'it gave no reason');
      else if ('return' in message) waiting.shift()?.(undefined);
    }
  });
  const execute = (command: QmpCommand): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Failure({ code: 'guest-failed', message: `QEMU did not do \`${command}\`: ${why}` }));
      if (gone) return fail('QEMU has ended');
      const timer = setTimeout(() => fail(`no answer within ${answerLimitMs / 1000} s`), answerLimitMs);
      waiting.push((error) => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else fail(error);
      });
      socket.write(`${JSON.stringify({ execute: command })}\n`);
    });
  return { execute, shutdownReason: () => shutdown, closed };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
