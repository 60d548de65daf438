import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '@moby/testkit';

const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: checkout })].sort();

test.each(pages)('links and paths of %s lead somewhere', (page) => {
  const text = readFileSync(join(checkout, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
  expect(links.filter((target) => !existsSync(join(checkout, dirname(page), target)))).toEqual([]);
});

test('the README is short, and its first two blocks are one command each, which CI runs', () => {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(120);
  const blocks = [...readme.matchAll(/^```sh\n([^`]*)```$/gm)].map(([, block = '']) => block.trimEnd());
  expect(blocks.slice(0, 2).map((block) => block.split('\n').length)).toEqual([1, 1]);
  expect(blocks[0]).toMatch(/^\.\/moby-compose assemble /);
  expect(blocks[1]).toMatch(/ && npm test$/);
});
