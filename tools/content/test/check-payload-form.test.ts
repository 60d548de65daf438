import { readPayload, writePayload } from '@moby/content';
import type { PayloadEntry } from '@moby/model';
import { expect, test } from 'vitest';

const directory = (path: string, mode = 0o755): PayloadEntry => ({ kind: 'directory', path, mode });
const file = (path: string, mode = 0o644): PayloadEntry => ({ kind: 'file', path, mode, bytes: Buffer.from('x') });
const link = (path: string, target: string): PayloadEntry => ({ kind: 'symlink', path, mode: 0o777, target });

const read = (...entries: readonly PayloadEntry[]): readonly PayloadEntry[] =>
  readPayload(Buffer.concat([...writePayload(entries).pieces()]));

test('a payload in normal form is read', () => {
  const entries = [
    link('bin', 'usr/bin'),
    directory('tmp', 0o1777),
    directory('usr'),
    directory('usr/bin'),
    file('usr/bin/a', 0o755),
    link('usr/bin/b', 'a'),
  ];
  expect(read(...entries).map(({ path }) => path)).toEqual(entries.map(({ path }) => path));
});

test.each<readonly [string, readonly PayloadEntry[], string]>([
  ['a setuid program', [file('a', 0o4755)], '`a` has the mode 4755'],
  ['a file for all to write', [file('a', 0o666)], '`a` has the mode 0666'],
  ['a setgid directory', [directory('a', 0o2755)], '`a` has the mode 2755'],
  ['a file below what is no directory', [file('a'), file('a/b')], 'would lie below `a`'],
  ['a file without its directory', [file('a/b')], '`a` is missing'],
  ['a file twice', [file('a'), file('a')], '`a` is missing, comes twice'],
  ['another order', [file('b'), file('a')], 'is not in the order of paths'],
  ['a file of a root that is not merged', [directory('bin'), file('bin/a')], '`bin` stands at a path'],
  ['a link above the root', [link('a', '../../etc/shadow')], 'leads above the root'],
  ['a link through a merged folder', [link('a', '/lib/x')], 'leads through a link of a merged /usr to `/lib/x`'],
  ['a control character', [file('a\u001b[31m')], 'has a control character'],
])('one with %s is refused', (_, entries, why) => {
  expect(() => read(...entries)).toThrow(why);
});
