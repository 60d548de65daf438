import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normalise, scratchFolder } from '@moby/testkit';

test('an aligned time keeps two spaces whatever its width', () => {
  expect(normalise('  resolve   17 components      11 ms\n')).toBe('  resolve   17 components  <time>\n');
  expect(normalise('  resolve   17 components     111 ms\n')).toBe('  resolve   17 components  <time>\n');
});

test('times, rates, sizes and ports lose their figures, counts keep them', () => {
  expect(normalise('fetch  12.1 MB at 3.2 MB/s  0.6 s')).toBe(normalise('fetch  12.1 MB  0.1 s'));
  expect(normalise('34.1/48.2 MB  11.3 MB/s  1 s left')).toBe('<size>  <rate>  <time> left');
  expect(normalise('3 packages, 24 MB, 0.6 s, 127.0.0.1:49152')).toBe('3 packages, <size>, <time>, 127.0.0.1:<port>');
});

test('what the test is about stays', () => {
  expect(normalise('24 MB in 60 s', { keep: ['sizes'] })).toBe('24 MB in <time>');
  expect(normalise('24 MB in 60 s', { keep: ['times'] })).toBe('<size> in 60 s');
});

test('versions and addresses of components are not taken for figures', () => {
  const text = 'crun 1.21.0 · linux/amd64 · glibc@>=2.38 · assembly.yaml:9:1';
  expect(normalise(text)).toBe(text);
});

test('a folder is found by its real path too, and before the places that contain it', () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  const link = join(folder, 'link');
  expect(normalise(`${join(folder, 'real')}/a ${link}/b`, { folder: link })).toBe('<folder>/a <folder>/b');
  expect(normalise(`${folder}/x/y`, { folder, places: { [join(folder, 'x')]: '<store>' } })).toBe('<store>/y');
});

test('a place is found where a path begins, not inside of another', () => {
  const places = { '/root': '<home>' };
  expect(normalise('/root/x, file:/root', { places })).toBe('<home>/x, file:<home>');
  expect(normalise('/srv/root /rootfs <folder>/root', { places })).toBe('/srv/root /rootfs <folder>/root');
});
