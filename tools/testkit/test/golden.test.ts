import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { expectGolden } from '@moby/testkit';

/** A name below this test's `golden/`, removed at the end. */
function scratchGolden(text: string): string {
  const golden = join(import.meta.dirname, 'golden');
  const folder = mkdtempSync(join(golden, 'scratch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'text'), text);
  return join(folder.slice(golden.length + 1), 'text');
}

test('the same text passes', () => {
  expectGolden('two-lines.txt', 'first\nsecond\n');
});

test('another text fails and says what to do', () => {
  const name = scratchGolden('old\n');
  vi.stubEnv('UPDATE_GOLDENS', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => expectGolden(name, 'new\n')).toThrow(/npm run bless/);
});

test('a missing file fails', () => {
  vi.stubEnv('UPDATE_GOLDENS', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => expectGolden('not-there.txt', '')).toThrow(/is missing/);
});

test('blessing writes the file, and is refused in CI', () => {
  const name = scratchGolden('old\n');
  vi.stubEnv('UPDATE_GOLDENS', '1');
  vi.stubEnv('CI', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expectGolden(name, 'new\n');
  vi.stubEnv('UPDATE_GOLDENS', undefined);
  expectGolden(name, 'new\n');
  vi.stubEnv('UPDATE_GOLDENS', '1');
  vi.stubEnv('CI', 'true');
  expect(() => expectGolden(name, 'other\n')).toThrow(/CI/);
});
