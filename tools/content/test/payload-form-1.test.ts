import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DerivedPayload, derivePayload, type PayloadSource, readPayload } from '@moby/content';
import type { PayloadEntry } from '@moby/model';
import { type DebCompression, expectGolden, scratchFolder, type TarInput, writeDeb } from '@moby/testkit';
import { describe, expect, test } from 'vitest';

interface Vector {
  readonly about: string;
  readonly sources: readonly VectorSource[];
  readonly links: Readonly<Record<string, string>>;
  readonly directories: Readonly<Record<string, string>>;
  readonly joins?: Readonly<Record<string, string>>;
}

type VectorSource =
  | { readonly kind: 'deb'; readonly package: string; readonly keep: readonly string[]; readonly entries: readonly TarInput[] }
  | {
      readonly kind: 'files';
      readonly executable: readonly string[];
      readonly files: readonly { readonly path: string; readonly content: string }[];
    };

const folder = join(import.meta.dirname, 'vectors');

function readVector(name: string): Vector {
  const vector: Vector = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  return vector;
}

async function derive(vector: Vector, compression: DebCompression = 'xz'): Promise<DerivedPayload> {
  const sources = vector.sources.map((source): PayloadSource => {
    if (source.kind === 'files') {
      const files = source.files.map(({ path, content }) => ({ path, bytes: Buffer.from(content) }));
      return { ...source, read: () => Promise.resolve(files) };
    }
    return { ...source, read: () => writeDeb({ package: source.package, version: '1', files: source.entries, compression }) };
  });
  return await derivePayload({ ...vector, sources });
}

/** Without what kind of array holds the bytes. */
function plain(entry: PayloadEntry): unknown {
  return entry.kind === 'file' ? { ...entry, bytes: Buffer.from(entry.bytes).toString('hex') } : entry;
}

/** All of the tar as `hexdump -C` shows it, a star for repeated lines. */
function dump(bytes: Uint8Array): string {
  const lines: string[] = [];
  let last = '';
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Buffer.from(bytes.subarray(at, at + 16));
    const hex = row.toString('hex').replace(/../g, '$& ');
    if (hex !== last) lines.push(`${at.toString(16).padStart(8, '0')}  ${hex} |${row.toString('latin1').replace(/[^ -~]/g, '.')}|`);
    else if (lines.at(-1) !== '*') lines.push('*');
    last = hex;
  }
  return `${lines.join('\n')}\n${bytes.length.toString(16).padStart(8, '0')}\n`;
}

describe.each(readdirSync(folder).sort())('golden vector %s', (name) => {
  test('gives the frozen bytes', async () => {
    const vector = readVector(name);
    const payload = await derive(vector);
    const tar = Buffer.concat([...payload.pieces()]);
    expect(tar.length).toBe(payload.size);
    expect(payload.digest).toBe(`sha256:${createHash('sha256').update(tar).digest('hex')}`);
    expectGolden(
      `payload-form-1/${name.replace('.json', '.txt')}`,
      `${vector.about}\n${payload.digest}\n${payload.size} bytes\n\n${dump(tar)}`,
    );
  });

  test('gives the same bytes from every compression and from its own entries', async () => {
    const vector = readVector(name);
    const payload = await derive(vector);
    for (const compression of ['zst', 'gz', 'none'] as const) expect((await derive(vector, compression)).digest).toBe(payload.digest);
    expect(readPayload(Buffer.concat([...payload.pieces()])).map(plain)).toEqual(payload.entries.map(plain));
  });

  test('is read by the tar program as by us', async () => {
    const payload = await derive(readVector(name));
    const file = join(scratchFolder(), 'payload.tar');
    writeFileSync(file, Buffer.concat([...payload.pieces()]));
    const listed = execFileSync('tar', ['--list', '--quoting-style=literal', '--file', file], { encoding: 'utf8' });
    expect(
      listed
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.replace(/\/$/, '')),
    ).toEqual(payload.entries.map((entry) => entry.path));
  });
});

test('the documentation link of a package leads to the copyright of another source, or a warning names the package', async () => {
  const vector = readVector('two-sources.json');
  expect((await derive(vector)).findings).toEqual([]);
  expect((await derive({ ...vector, sources: vector.sources.slice(1) })).findings).toEqual([
    {
      severity: 'warning',
      code: 'copyright-elsewhere',
      message: 'the copyright file of `library` is not in the payload: `usr/share/doc/base/copyright` is missing',
      hints: ['add the package `base` as a source that keeps `usr/share/doc/base/copyright`'],
    },
  ]);
});

test('a dropped setuid bit is said', async () => {
  expect((await derive(readVector('usr-merge.json'))).findings.map((finding) => finding.message)).toEqual([
    '`usr/bin/tool` of `tool` has mode 4675; payloads carry no setuid, setgid or sticky files',
    '`usr/bin/tool-2` of `tool` has mode 4675; payloads carry no setuid, setgid or sticky files',
  ]);
});
