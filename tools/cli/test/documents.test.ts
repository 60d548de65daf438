import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, documentFindings } from '@moby/testkit';
import { describe, expect, test } from 'vitest';

const folder = join(checkout, 'schemas/documents');
const names = readdirSync(folder).flatMap((file) => /^([a-z-]+)\.v1\.schema\.json$/.exec(file)?.[1] ?? []);

describe.each(names)('the document %s', (name) => {
  const examples = (kind: string): readonly string[] => readdirSync(join(folder, 'examples', name, kind));
  const found = (kind: string, file: string): readonly string[] =>
    documentFindings(name, JSON.parse(readFileSync(join(folder, 'examples', name, kind, file), 'utf8')));

  test.each(examples('valid'))('%s is valid', (file) => {
    expect(found('valid', file)).toEqual([]);
  });

  test.each(examples('invalid'))('%s is refused', (file) => {
    expect(found('invalid', file)).not.toEqual([]);
  });
});
