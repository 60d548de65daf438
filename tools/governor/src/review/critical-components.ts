import { Failure } from '@moby/model';
import { memberOf } from '../collect/lines/json-member.ts';
import type { TreeReader } from '../collect/lines/open-tree.ts';
import { maxManifestBytes } from '../collect/lines/package-words.ts';

/** Components of one library that are looked at. */
const maxComponents = 50_000;

/** What a component says to others, in all its lines. */
interface Said {
  readonly provides: readonly string[];
  readonly requires: readonly string[];
}

/**
 * The components that count as critical: the roots, and whatever they need in turn, by name or by capability; of a capability all who offer
 * it. Nothing is read where there are no roots. Undefined where a manifest can't be read. Throws `limit`.
 */
export async function criticalComponents(base: TreeReader, roots: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  if (roots.length === 0) return new Set();
  const { folders } = await base.names('components');
  if (folders.length > maxComponents)
    throw new Failure({ code: 'limit', message: `the library has ${folders.length} components; at most ${maxComponents} are looked at` });
  const said = new Map<string, Said>();
  for (const name of folders) {
    const own = await saidBy(base, name);
    if (own === undefined) return undefined;
    said.set(name, own);
  }
  return closureOf(said, roots);
}

function closureOf(said: ReadonlyMap<string, Said>, roots: readonly string[]): ReadonlySet<string> {
  const providers = new Map<string, string[]>();
  for (const [name, { provides }] of said)
    for (const capability of provides) providers.set(capability, [...(providers.get(capability) ?? []), name]);
  const critical = new Set<string>();
  // Grows while it is gone through.
  const needs = new Set<string>(roots);
  for (const need of needs) {
    for (const name of providers.get(need) ?? [need]) {
      if (critical.has(name)) continue;
      critical.add(name);
      for (const next of said.get(name)?.requires ?? []) needs.add(next);
    }
  }
  return critical;
}

async function saidBy(base: TreeReader, name: string): Promise<Said | undefined> {
  const provides = new Set<string>();
  const requires = new Set<string>();
  for (const line of (await base.names(`components/${name}`)).folders) {
    const bytes = await base.file(`components/${name}/${line}/package.json`, maxManifestBytes);
    if (bytes === undefined) continue;
    const manifest = manifestOf(bytes);
    if (manifest === undefined) return undefined;
    for (const part of [manifest, memberOf(manifest, 'proven')]) {
      for (const one of keysOf(memberOf(part, 'provides'))) provides.add(one);
      for (const one of keysOf(memberOf(part, 'requires'))) requires.add(one);
    }
  }
  return { provides: [...provides], requires: [...requires] };
}

function manifestOf(bytes: Uint8Array): unknown {
  try {
    return memberOf(JSON.parse(Buffer.from(bytes).toString('utf8')), 'component');
  } catch {
    return undefined;
  }
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
