import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';

/**
 * Compares a whole text with the file `golden/NAME` beside the running test. `npm run bless` (UPDATE_GOLDENS=1) writes
 * the file instead; CI never does, and a missing file is a failure.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(dirname(testPath()), 'golden', name);
  if (process.env['UPDATE_GOLDENS'] === '1') {
    if (process.env['CI'] === 'true') throw new Error('UPDATE_GOLDENS is set in CI: goldens would approve themselves');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  expect(existsSync(file), `${file} is missing: look at the output, then run \`npm run bless\``).toBe(true);
  expect(text, `differs from ${file}; where the new text is right, run \`npm run bless\``).toBe(readFileSync(file, 'utf8'));
}

function testPath(): string {
  const path = expect.getState().testPath;
  if (path === undefined) throw new Error('`expectGolden` works within a test only');
  return path;
}
