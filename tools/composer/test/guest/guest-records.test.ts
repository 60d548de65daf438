import type { GuestRecord } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { checkGuestRecord, guestRecords, mostLowerTrees, overlayLower } from '../../src/build/guest/index.ts';

const lower = ['/c/5d41402abc4b', '/c/2a76b9719d91'];
const service = { bundle: '/containers/services/x', lower, after: [], restart: 'always' } as const;
const record: GuestRecord = {
  assembly: 'lab 1.0.0',
  runtime: '/usr/bin/crun',
  modules: ['/m/a.ko', '/m/b.ko'],
  memoryMegabytes: 256,
  onboot: [
    { name: 'first', bundle: '/containers/onboot/first', lower },
    { name: 'second', bundle: '/containers/onboot/second', lower, writable: true },
  ],
  services: [
    { ...service, name: 'a', ready: { kind: 'tcp', port: 6379 } },
    { ...service, name: 'b', after: ['a', 'c'], restart: 'no', ready: { kind: 'http', port: 80, path: '/a b' } },
    { ...service, name: 'c', ready: { kind: 'exec', args: ['/usr/bin/check', '', 'two words'] } },
    { ...service, name: 'd', ready: { kind: 'file', path: '/run/d/ready' } },
    { ...service, name: 'e' },
  ],
  onshutdown: [],
};

test('a record becomes one file a field', () => {
  const text = guestRecords(record)
    .filter((entry) => entry.path.startsWith('etc/moby/'))
    .map(
      (entry) =>
        `${entry.path.slice('etc/moby/'.length)}${entry.kind === 'file' ? ` ${JSON.stringify(new TextDecoder().decode(entry.bytes))}` : '/'}`,
    );
  expect(text).toEqual([
    'assembly "lab 1.0.0\\n"',
    'memory "256\\n"',
    'modules "/m/a.ko\\n/m/b.ko\\n"',
    'onboot/',
    ...['000-first', '001-second'].flatMap((folder, index) => [
      `onboot/${folder}/`,
      `onboot/${folder}/bundle "/containers/onboot/${folder.slice(4)}\\n"`,
      `onboot/${folder}/lower "/c/5d41402abc4b:/c/2a76b9719d91\\n"`,
      `onboot/${folder}/name "${folder.slice(4)}\\n"`,
      ...(index === 1 ? [`onboot/${folder}/writable ""`] : []),
    ]),
    'onshutdown/',
    'runtime "/usr/bin/crun\\n"',
    'services/',
    ...(
      [
        ['a', '', 'always', 'tcp 6379\\n'],
        ['b', 'a\\nc\\n', 'no', 'http 80 /a b\\n'],
        ['c', '', 'always', 'exec\\n/usr/bin/check\\n\\ntwo words\\n'],
        ['d', '', 'always', 'file /run/d/ready\\n'],
        ['e', '', 'always', undefined],
      ] as const
    ).flatMap(([name, after, restart, ready]) => [
      `services/${name}/`,
      `services/${name}/after "${after}"`,
      `services/${name}/bundle "/containers/services/x\\n"`,
      `services/${name}/lower "/c/5d41402abc4b:/c/2a76b9719d91\\n"`,
      ...(ready === undefined ? [] : [`services/${name}/ready "${ready}"`]),
      `services/${name}/restart "${restart}\\n"`,
    ]),
  ]);
});

test('every entry stands behind its parents', () => {
  const seen = new Set(['']);
  for (const { path } of guestRecords(record)) {
    expect(seen).toContain(path.split('/').slice(0, -1).join('/'));
    seen.add(path);
  }
});

describe('checkGuestRecord', () => {
  const codes = (change: Partial<GuestRecord>): readonly string[] => checkGuestRecord({ ...record, ...change }).map(({ code }) => code);
  const services = (...names: readonly (readonly [string, ...string[]])[]): Partial<GuestRecord> => ({
    services: names.map(([name, ...after]) => ({ ...service, name, after })),
  });

  test('finds nothing in a good record', () => {
    expect(checkGuestRecord(record)).toEqual([]);
  });

  test.each(['', 'Upper', 'two words', '-dash', '.dot', 'a:b', 'a/b', 'ä', 'x'.repeat(65), 'a\nb'])('refuses the name %j', (name) => {
    expect(codes(services([name]))).toEqual(['odd-container-name']);
  });

  test.each(['a', '7.0-replica', 'x'.repeat(64)])('takes the name %j', (name) => {
    expect(codes(services([name]))).toEqual([]);
  });

  test('says how long a name is that is too long', () => {
    expect(checkGuestRecord({ ...record, ...services(['x'.repeat(65)]) })[0]?.message).toContain(
      'it has 65 characters, at most 64 are supported',
    );
  });

  test('refuses a service that would wait for ever', () => {
    expect(codes(services(['a', 'b']))).toEqual(['unknown-service']);
    expect(codes(services(['a', 'a']))).toEqual(['service-cycle']);
    expect(checkGuestRecord({ ...record, ...services(['z'], ['b', 'c', 'z'], ['c', 'b'], ['d', 'b']) })[0]?.message).toBe(
      'services wait for each other: `b` after `c` after `b`',
    );
    expect(codes(services(['a'], ['b', 'a'], ['c', 'a', 'b']))).toEqual([]);
  });

  test('refuses two of one name, line breaks, and too many containers', () => {
    expect(codes(services(['a'], ['a']))).toEqual(['repeated-container']);
    expect(codes({ assembly: 'a\nb' })).toEqual(['line-break']);
    expect(codes({ services: [{ ...service, name: 'a', ready: { kind: 'exec', args: ['sh', '-c', 'a\nb'] } }] })).toEqual(['line-break']);
    expect(codes(services(...Array.from({ length: 1001 }, (_, index) => [`s${index}`] as const)))).toEqual(['too-many-containers']);
  });
});

describe('overlayLower', () => {
  const trees = (count: number, length = 15): readonly string[] =>
    Array.from({ length: count }, (_, index) => `/c/${String(index).padStart(length - 3, '0')}`);
  const messageOf = (list: readonly string[]): string => overlayLower('db', list).findings[0]?.message ?? '';

  test('joins trees by colons, leftmost on top', () => {
    const judged = overlayLower('db', ['/c/a', '/c/b']);
    expect(judged.ok && judged.value).toBe('/c/a:/c/b');
  });

  test('says the number where there are too few, too many, or too long', () => {
    expect(messageOf(trees(1))).toBe('the root of `db` has 1 tree, an overlay needs at least 2');
    expect(messageOf(trees(mostLowerTrees))).toBe('');
    expect(messageOf(trees(mostLowerTrees + 1))).toBe('the root of `db` has 65 trees, at most 64 are supported');
    expect(messageOf(trees(38, 99))).toBe('');
    expect(messageOf(trees(39, 99))).toBe('the trees of `db` have paths of 3899 bytes together, the kernel takes 3800');
  });

  test.each(['/c/a:b', '/c/a,b', '/c/a b', 'c/a', '/c/a\\b'])('refuses the path %j, which options can not carry', (path) => {
    expect(overlayLower('db', ['/c/x', path]).findings.map(({ code }) => code)).toEqual(['odd-tree-path']);
  });
});
