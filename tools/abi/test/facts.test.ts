import { extractFacts, type FactsEntry, formatFacts, parseFacts } from '@moby/abi';
import { type Digest, type Facts, Failure, parseDigest } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { makeElf, makeModule } from './elf-writer.ts';

const payload = ((): Digest => {
  const digest = parseDigest(`sha256:${'ab'.repeat(32)}`);
  if (digest === undefined) throw new Error('64 hex digits are a digest');
  return digest;
})();

const file = (path: string, bytes: Uint8Array, mode = 0o644): FactsEntry => ({ kind: 'file', path, mode, bytes });

const kernelEntries: readonly FactsEntry[] = [
  file('usr/lib/modules/6.12/modules.builtin', Buffer.from('kernel/fs/ext4/ext4.ko\n')),
  file('usr/lib/modules/6.12/kernel/b.ko.xz', Buffer.from('packed b')),
  file('usr/lib/modules/6.12/kernel/a.ko', makeModule(['name=a', 'depends=b', 'vermagic=6.12 SMP '])),
];
const decompressModule = (bytes: Uint8Array): Promise<Uint8Array> =>
  Promise.resolve(makeModule([`name=${Buffer.from(bytes).toString().slice(-1)}`, 'softdep=pre: c', 'vermagic=6.12 SMP ']));

const entries: readonly FactsEntry[] = [
  ...kernelEntries,
  { kind: 'directory', path: 'usr', mode: 0o755 },
  { kind: 'symlink', path: 'usr/lib/libz.so.1', mode: 0o777, target: 'libz.so.1.3' },
  file('usr/lib/libz.so.1.3', makeElf({ soname: 'libz.so.1', offers: ['libz.so.1', 'ZLIB_1.2'] })),
  file(
    'usr/bin/zip',
    makeElf({
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      needed: ['libz.so.1'],
      needs: [{ library: 'libz.so.1', versions: ['ZLIB_1.2', { weak: 'ZLIB_1.3' }] }],
      rpath: '/opt',
    }),
    0o755,
  ),
  file('usr/bin/zless', Buffer.from('#! /bin/sh -e\necho\n'), 0o755),
  file('usr/share/readme', Buffer.from('#!/bin/sh is not a program here')),
];

async function extract(list: readonly FactsEntry[]): Promise<Facts> {
  return { facts: 1, platforms: { 'linux/amd64': await extractFacts({ payload, entries: list, decompressModule }) } };
}

const golden = `{
  "facts": 1,
  "platforms": {
    "linux/amd64": {
      "elf": [
        { "class": 64, "interpreter": "/lib64/ld-linux-x86-64.so.2", "machine": "x86-64", "needed": ["libz.so.1"], "needs": [{ "library": "libz.so.1", "versions": ["ZLIB_1.2", "ZLIB_1.3"], "weak": ["ZLIB_1.3"] }], "offers": [], "path": "/usr/bin/zip", "rpath": true, "runpath": ["/opt"] },
        { "class": 64, "machine": "x86-64", "needed": [], "needs": [], "offers": ["ZLIB_1.2"], "path": "/usr/lib/libz.so.1.3", "soname": "libz.so.1" }
      ],
      "kernel": {
        "builtin": [
          "ext4"
        ],
        "modules": {
          "a": { "before": [], "depends": ["b"], "path": "/usr/lib/modules/6.12/kernel/a.ko" },
          "b": { "before": ["c"], "depends": [], "path": "/usr/lib/modules/6.12/kernel/b.ko.xz" }
        },
        "release": "6.12",
        "vermagic": "6.12 SMP"
      },
      "links": {
        "/usr/lib/libz.so.1": "libz.so.1.3"
      },
      "payload": "${payload}",
      "programs": [
        "/usr/bin/zip",
        "/usr/bin/zless"
      ],
      "scripts": {
        "/usr/bin/zless": "/bin/sh"
      },
      "unpackedBytes": SIZE
    }
  }
}
`;

describe('facts of a payload', () => {
  test('are written with sorted keys, one line an entry, in whatever order they were read', async () => {
    const size = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.bytes.length : 0), 0);
    expect(formatFacts(await extract(entries))).toBe(golden.replace('SIZE', String(size)));
    expect(formatFacts(await extract([...entries].reverse()))).toBe(formatFacts(await extract(entries)));
  });

  test('are read back as they were', async () => {
    const facts = await extract(entries);
    expect(parseFacts(formatFacts(facts), 'facts.json')).toEqual(facts);
    const platform = await extractFacts({ payload, entries: [] });
    expect(parseFacts(formatFacts({ facts: 1, platforms: { 'linux/s390x': platform, 'linux/arm64': platform } }), 'x')).toEqual({
      facts: 1,
      platforms: { 'linux/arm64': platform, 'linux/s390x': platform },
    });
  });

  test.each([
    [
      'a broken ELF file',
      [file('usr/bin/x', makeElf({ needed: ['a'] }).subarray(0, 90), 0o755)],
      "`/usr/bin/x` begins like an ELF file but can't be read as one",
    ],
    [
      'two kernels',
      [...kernelEntries, file('usr/lib/modules/7.2/modules.builtin', Buffer.alloc(0))],
      'the payload has the files of two kernels, `6.12` and `7.2`',
    ],
    [
      'a kernel without modules.builtin',
      [...kernelEntries.slice(1), file('boot/vmlinuz-6.12', Buffer.alloc(0))],
      'the payload has modules of `6.12` and no `modules.builtin`',
    ],
  ])('are refused for %s', async (_why, list, message) => {
    await expect(extract(list)).rejects.toThrow(message);
    await expect(extract(list)).rejects.toBeInstanceOf(Failure);
  });
});

describe('a facts file that is not of the form', () => {
  const cases: readonly (readonly [change: (text: string) => string, message: string])[] = [
    [(text) => text.slice(0, -20), "`facts.json` is not a facts file: it isn't JSON"],
    [(text) => text.replace('"facts": 1', '"facts": 2'), '`facts` must be 1'],
    [(text) => text.replace('linux/amd64', 'linux/vax'), '`linux/vax` is not a platform'],
    [(text) => text.replace('"class": 64', '"class": 65'), '`platforms.linux/amd64.elf.0.class` must be 32 or 64'],
    [(text) => text.replace('"offers": []', '"offer": []'), "`platforms.linux/amd64.elf.0` has a key that facts don't have: `offer`"],
    [(text) => text.replace('"needed": [], ', ''), '`platforms.linux/amd64.elf.1` must have `needed`'],
    [(text) => text.replace('["libz.so.1"]', '[1]'), '`platforms.linux/amd64.elf.0.needed` must be text of at most 4096 characters'],
    [(text) => text.replace('sha256:ab', 'sha256:xy'), '`platforms.linux/amd64.payload` must be a sha256 digest'],
    [(text) => text.replace(/"unpackedBytes": \d+/, '"unpackedBytes": -1'), '`platforms.linux/amd64.unpackedBytes` must be a whole number'],
    [() => '[]', '`.` must be an object'],
  ];
  test.each(cases)('is refused with the field: case %#', async (change, message) => {
    const text = change(formatFacts(await extract(entries)));
    expect(() => parseFacts(text, 'facts.json')).toThrow(message);
    expect(() => parseFacts(text, 'facts.json')).toThrow(Failure);
  });
});
