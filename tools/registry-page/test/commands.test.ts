import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { parseWish, readYaml, validateDocument } from '@moby/model';

const { commandsFor } = await import(pathToFileURL(join(import.meta.dirname, '../page/commands.js')).href);

const lines = [{ line: '8.0' }, { line: '7.0' }];

test.each(['kernel', 'init', 'runtime', 'library', 'service', 'task', 'tool', 'config'])(
  'what is told to write into an assembly of a %s is what an assembly may say',
  async (kind) => {
    const [, [, yaml]] = commandsFor({ name: 'redis', kind, lines }, lines[0]);
    const read = await readYaml({
      file: 'assembly.yaml',
      text: `name: own\nversion: 1.0.0\ndescription: one\nplatforms: [linux/amd64]\n${yaml}\n`,
    });
    expect(read.ok).toBe(true);
    if (read.ok) expect(await validateDocument(read.value, 'assembly')).toEqual([]);
  },
);

test('the newest line lets in what comes after it, an older one only itself', () => {
  const wishes = lines.map((line) => commandsFor({ name: 'redis', kind: 'service', lines }, line)[0][1].split('--with ')[1]);
  expect(wishes).toEqual(['redis@^8.0', 'redis@~7.0']);
  expect(wishes.map((wish) => parseWish(wish)?.name)).toEqual(['redis', 'redis']);
});
