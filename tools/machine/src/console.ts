import { closeSync, openSync, writeSync } from 'node:fs';
import { Failure } from '@moby/model';

/** What is kept of a console in memory, and of it in a file: a chatty guest costs no more. */
export const maxConsoleMemoryBytes: number = 256 * 1024;
export const maxConsoleLogBytes: number = 8 * 1024 * 1024;
/** A longer line is cut into pieces. */
export const maxConsoleLineLength = 4096;
/** How much of the console a finding shows. */
export const shownConsoleLines = 30;

/** The serial console of a guest: bytes in, lines out. */
export interface GuestConsole {
  write(chunk: Uint8Array): void;
  /** Hands out an unfinished last line and closes the file. */
  end(): void;
  /** The newest lines that are kept, oldest first, raw. */
  lines(): readonly string[];
  /** The last lines, for people: control characters escaped. */
  tail(count?: number): readonly string[];
}

export interface ConsoleOptions {
  /** A file that receives the raw bytes, at most `maxConsoleLogBytes`. */
  readonly logFile: string | undefined;
  readonly onLine: (line: string) => void;
}

export function makeConsole(options: ConsoleOptions): GuestConsole {
  const kept: string[] = [];
  const log = makeLog(options.logFile);
  const decoder = new TextDecoder('utf-8');
  let keptLength = 0;
  let rest = '';

  const take = (line: string): void => {
    kept.push(line);
    keptLength += line.length + 1;
    while (keptLength > maxConsoleMemoryBytes) keptLength -= (kept.shift()?.length ?? 0) + 1;
    options.onLine(line);
  };
  const takeAll = (text: string): void => {
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) for (const line of cut(piece.replace(/\r+$/, ''))) take(line);
    while (rest.length > maxConsoleLineLength) {
      take(rest.slice(0, maxConsoleLineLength));
      rest = rest.slice(maxConsoleLineLength);
    }
  };
  return {
    write: (chunk) => {
      log.write(chunk);
      takeAll(decoder.decode(chunk, { stream: true }));
    },
    end: () => {
      takeAll(decoder.decode());
      if (rest !== '') take(rest.replace(/\r+$/, ''));
      rest = '';
      log.end();
    },
    lines: () => [...kept, ...(rest === '' ? [] : [rest])],
    tail: (count = shownConsoleLines) =>
      [...kept, rest]
        .filter((line) => line.trim() !== '')
        .slice(-count)
        .map(escapeControls),
  };
}

/** What a guest or a peer wrote, fit for a terminal: control and direction characters as `\x1b` or `\u202e`, tabs kept. */
export function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

function cut(line: string): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at === 0 || at < line.length; at += maxConsoleLineLength) pieces.push(line.slice(at, at + maxConsoleLineLength));
  return pieces;
}

function makeLog(file: string | undefined): { write(chunk: Uint8Array): void; end(): void } {
  if (file === undefined) return { write: () => undefined, end: () => undefined };
  let descriptor: number | undefined = openLog(file);
  let room = maxConsoleLogBytes;
  const end = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const append = (bytes: Uint8Array): void => {
    try {
      if (descriptor !== undefined) writeSync(descriptor, bytes);
    } catch {
      // A full disk costs the rest of the log, not the machine.
      end();
    }
  };
  return {
    // Written at once, so that the file is whole up to here even if we are killed.
    write: (chunk) => {
      append(chunk.subarray(0, room));
      room = Math.max(room - chunk.length, -1);
      if (room >= 0) return;
      append(Buffer.from(`\n(cut: the console said more than ${maxConsoleLogBytes} bytes)\n`));
      end();
    },
    end,
  };
}

function openLog(file: string): number {
  try {
    return openSync(file, 'w', 0o644);
  } catch (cause) {
    throw new Failure({ code: 'io', message: `can't write \`${file}\``, cause });
  }
}
