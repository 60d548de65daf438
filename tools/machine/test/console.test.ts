import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { escapeControls } from '@moby/machine';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { makeConsole, maxConsoleLineLength, maxConsoleLogBytes, maxConsoleMemoryBytes } from '../src/console.ts';

function collect(
  chunks: readonly (string | Uint8Array)[],
  logFile?: string,
): { readonly lines: readonly string[]; readonly tail: readonly string[]; readonly kept: readonly string[] } {
  const lines: string[] = [];
  const guest = makeConsole({ logFile, onLine: (line) => lines.push(line) });
  for (const chunk of chunks) guest.write(Buffer.from(chunk));
  guest.end();
  return { lines, tail: guest.tail(), kept: guest.lines() };
}

describe('the console of a guest', () => {
  test('gives lines, however its bytes come', () => {
    const euro = Buffer.from('€');
    expect(collect(['on', 'e\r\ntw', 'o\n\nthree ', euro.subarray(0, 1), euro.subarray(1), '\r\r\n', 'four']).lines).toEqual([
      'one',
      'two',
      '',
      'three €',
      'four',
    ]);
  });

  test('cuts an endless line, with and without its end', () => {
    const piece = 'x'.repeat(maxConsoleLineLength);
    expect(collect([`${piece}${piece}y\n`]).lines).toEqual([piece, piece, 'y']);
    expect(collect([piece, piece, 'y']).lines).toEqual([piece, piece, 'y']);
  });

  test('keeps its end within a bound', () => {
    const { kept, lines } = collect(Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'.'.repeat(40)}\n`));
    expect(lines).toHaveLength(20_000);
    expect(kept.join('\n').length).toBeLessThanOrEqual(maxConsoleMemoryBytes);
    expect(kept.at(-1)).toMatch(/^line 19999 /);
  });

  test('shows its last 30 lines, without empty ones and with control characters escaped', () => {
    const { tail } = collect(Array.from({ length: 50 }, (_, index) => `\u001b[3${index}m\u0007\n \n`));
    expect(tail).toHaveLength(30);
    expect(tail[29]).toBe('\\x1b[349m\\x07');
  });

  test('writes its bytes into a file within a bound, and says where it was cut', () => {
    const file = join(scratchFolder(), 'console.log');
    const chunk = 'y'.repeat(1024 * 1024 - 1);
    collect(
      Array.from({ length: 10 }, () => `${chunk}\n`),
      file,
    );
    const notice = '\n(cut: the console said more than 8388608 bytes)\n';
    expect(statSync(file).size).toBe(maxConsoleLogBytes + notice.length);
    expect(readFileSync(file, 'utf8').endsWith(notice)).toBe(true);
  });

  test.skipIf(!existsSync('/dev/full'))('goes on where its file can take no more', () => {
    expect(collect(['one\n', 'two\n'], '/dev/full').lines).toEqual(['one', 'two']);
  });

  test('a file that can not be written is a failure', () => {
    expect(() => collect([], join(scratchFolder(), 'missing', 'console.log'))).toThrow('missing/console.log`');
  });

  test('escapes what would change a terminal, and nothing else', () => {
    expect(escapeControls('a\tb €\r\u001b]0;x\u0007\u009b\u202e\u2066')).toBe('a\tb €\\x0d\\x1b]0;x\\x07\\x9b\\u202e\\u2066');
  });
});
