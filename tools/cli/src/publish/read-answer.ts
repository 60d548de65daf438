import type { ReadStream } from 'node:tty';
import { Failure } from '@moby/model';

/** What a person types, or a pipe brings. */
export interface Input {
  readonly isTTY?: boolean;
  readonly setRawMode?: ReadStream['setRawMode'];
  on(event: 'data', listener: (piece: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  off(event: 'data', listener: (piece: Buffer) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const maxBytes = 4096;
const [interrupt, endOfText, backspace, erase, eraseLine] = [0x03, 0x04, 0x08, 0x7f, 0x15];
const [lineFeed, carriageReturn, escape] = [0x0a, 0x0d, 0x1b];

/** A line of a terminal as it is typed there; hidden, nothing of it is shown, from before the question on. Throws `usage` where it ends before. */
export async function readTyped(
  input: Input,
  { ask, isHidden, signal }: { readonly ask: () => void; readonly isHidden: boolean; readonly signal: AbortSignal },
): Promise<string> {
  if (isHidden) input.setRawMode?.(true);
  try {
    ask();
    return await typedLine(input, signal);
  } finally {
    if (isHidden) input.setRawMode?.(false);
  }
}

/** All that a pipe brings, without the line break at its end. Throws `limit`. */
export async function readPiped(input: Input, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  await listen(input, signal, {
    onData: (piece) => {
      pieces.push(piece);
      return false;
    },
    onEnd: () => undefined,
    size: () => pieces.reduce((sum, { length }) => sum + length, 0),
  });
  return Buffer.concat(pieces)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

async function typedLine(input: Input, signal: AbortSignal): Promise<string> {
  let bytes: number[] = [];
  await listen(input, signal, {
    onData: (piece) => {
      for (const byte of piece) {
        if (byte === lineFeed || byte === carriageReturn) return true;
        // In raw mode the terminal makes no signals of its own.
        if (byte === interrupt) process.kill(process.pid, 'SIGINT');
        else if (byte === endOfText) throw noLine();
        else if (byte === eraseLine) bytes = [];
        else if (byte === backspace || byte === erase) bytes = withoutLast(bytes);
        else if (byte >= 0x20 && byte !== escape) bytes.push(byte);
      }
      return false;
    },
    onEnd: () => {
      throw noLine();
    },
    size: () => bytes.length,
  });
  return Buffer.from(bytes).toString('utf8');
}

interface Listening {
  /** Whether it has all. */
  readonly onData: (piece: Buffer) => boolean;
  readonly onEnd: () => void;
  readonly size: () => number;
}

function listen(input: Input, signal: AbortSignal, { onData, onEnd, size }: Listening): Promise<void> {
  let letGo: () => void = () => undefined;
  return new Promise<void>((resolve, reject) => {
    const attempt = (work: () => boolean): void => {
      try {
        if (work()) resolve();
        else if (size() > maxBytes)
          throw new Failure({ code: 'limit', message: `more than ${maxBytes} bytes came; so much is read of an answer` });
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const data = (piece: Buffer): void => attempt(() => onData(piece));
    const end = (): void =>
      attempt(() => {
        onEnd();
        return true;
      });
    const aborted = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('interrupted'));
    // Its own listeners alone: those of Node stop the reading of a terminal that is paused.
    letGo = () => {
      input.off('data', data);
      input.off('end', end);
      signal.removeEventListener('abort', aborted);
      input.pause();
    };
    signal.addEventListener('abort', aborted, { once: true });
    input.on('data', data);
    input.on('end', end);
    input.resume();
  }).finally(() => letGo());
}

/** The last character: bytes of UTF-8 that go on another one go with it. */
function withoutLast(bytes: readonly number[]): number[] {
  let end = bytes.length - 1;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.slice(0, Math.max(0, end));
}

function noLine(): Failure {
  return new Failure({ code: 'usage', message: 'the input ended before an answer', hints: ['type it, and end it with the return key'] });
}
