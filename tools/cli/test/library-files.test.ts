import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';
import { expect, test } from 'vitest';
import { libraryFiles } from '../src/library/library-files.ts';

test('a new library is judged by the workflow that this one has, by a release in the place of what is checked out', () => {
  const own = readFileSync(join(checkout, '.github/workflows/review.yml'), 'utf8');
  const expected = own
    .replaceAll(/ {6}- uses: actions\/checkout@[^\n]*\n {8}with:\n {10}persist-credentials: false\n/g, '')
    .replaceAll('uses: ./', 'uses: moby/moby-compose@v1.2.3');
  expect(expected.match(/uses: moby\/moby-compose@v1\.2\.3\n/g)).toHaveLength(2);
  const files = libraryFiles({ scope: '@acme', steward: undefined, version: '1.2.3' });
  expect(files.find(({ path }) => path === '.github/workflows/review.yml')?.text).toBe(expected);
});
