import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openContentStore } from '@moby/content/store';
import type { PayloadProof } from '@moby/governor';
import { parseDigest } from '@moby/model';
import { packageTar, scratchFolder } from '@moby/testkit';
import { openProver } from '../src/index.ts';
import { bodyOf, builtComponent, tarballOf } from './component.ts';

const limits = { maxMs: 60_000, maxBytes: 1 << 20 };

async function packed(folder: string): Promise<Buffer> {
  return tarballOf(await bodyOf(folder));
}

function why(proof: PayloadProof): string {
  return proof.kind === 'unproven' ? proof.why : proof.kind;
}

test('what takes longer than it may stays unproven, and the next release is derived all the same', async () => {
  const tarball = await packed(await builtComponent({ name: 'alpha' }));
  const hasty = openProver({ ...limits, store: scratchFolder(), maxMs: 1 });
  const proofs = await Promise.all([hasty.prove({ name: 'a', tarball }), hasty.prove({ name: 'b', tarball })]);
  expect(proofs.map(why)).toEqual(['deriving it took longer than 0.001 s', 'deriving it took longer than 0.001 s']);
  const nothing = gzipSync(packageTar([{ path: 'package/README.md', content: '# nothing\n' }]));
  const patient = openProver({ ...limits, store: scratchFolder() });
  expect(
    await Promise.all([tarball, nothing, tarball].map(async (each) => why(await patient.prove({ name: 'a', tarball: each })))),
  ).toEqual(['proven', 'it is no component', 'proven']);
});

test('what is made of more than is derived here stays unproven', async () => {
  const store = scratchFolder();
  const tarball = await packed(await builtComponent({ name: 'alpha', deb: { store, content: 'x' } }));
  expect(why(await openProver({ ...limits, store, maxBytes: 100 }).prove({ name: 'a', tarball }))).toMatch(
    /^its packages have 20\.\d kB, and 100 B are derived here$/,
  );
  expect(why(await openProver({ ...limits, store }).prove({ name: 'a', tarball }))).toBe('proven');
});

test('a package that the store has with other bytes proves nothing', async () => {
  const store = scratchFolder();
  const folder = await builtComponent({ name: 'alpha', deb: { store, content: 'x' } });
  const tarball = await packed(folder);
  const { component } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const digest = parseDigest(`sha256:${component.payload.platforms['linux/amd64'].sources[0].sha256}`);
  if (digest === undefined) throw new Error('no digest');
  writeFileSync((await openContentStore(store).pathOf(digest)) ?? join(store, 'none'), 'other bytes');
  expect(why(await openProver({ ...limits, store }).prove({ name: 'a', tarball }))).toContain('has other bytes');
});
