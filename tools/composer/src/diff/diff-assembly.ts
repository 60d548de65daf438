import { dirname, resolve } from 'node:path';
import { Failure, type Judged, type Platform } from '@moby/model';
import { checkAssembly, type Checked, refreshedRegistry } from '../check-assembly.ts';
import { chooseBlindly } from '../fit/fit-assembly.ts';
import { openLock } from '../lock/lock-on-disk.ts';
import type { Lockfile } from '../lock/lockfile.ts';
import { makeLock } from '../lock/make-lock.ts';
import { lockedVersions } from '../lock/read-lock.ts';
import { isVaried, variationName } from '../parse/apply-variation.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { ComposeRequest, Variation } from '../request.ts';
import type { World } from '../world.ts';
import { diffSnapshots } from './diff-snapshots.ts';
import type { JudgedDiff } from './lock-diff.ts';
import { artifactSize, readSnapshot, verdictOf } from './read-snapshot.ts';
import type { Snapshot } from './snapshot.ts';

const unvaried: Variation = { with: [], without: [], replace: [] };

/**
 * An assembly, perhaps with a try, against its lock. A try that doesn't fit is compared too, as far as something can be chosen, with
 * why it is refused. Throws `not-found` where it has none.
 */
export async function diffAssembly(request: ComposeRequest, world: World): Promise<Judged<JudgedDiff>> {
  const base = await world.parse(request.assembly, unvaried);
  if (!base.ok) return base;
  const { assembly, located, registry } = base.value;
  const old = await lockAt(located.lockFile, world, request.assembly);
  if (!old.ok) return old;
  const before = await readSnapshot({
    title: `${old.value.assembly}, as locked`,
    platform: request.platform,
    lock: old.value,
    registry,
    assembly,
    artifactFolder: world.outFolder({ ...request, out: undefined, variation: unvaried }, assembly),
  });
  const checked = await checkAssembly(request, world, []);
  const tried = checked.ok ? checked.value : await refusedTry({ request, world, lock: old.value });
  if (tried === undefined) return { ok: false, findings: checked.findings };
  const { resolution, verdict, lock } = tried;
  const artifactBytes = checked.ok ? await artifactSize(world.outFolder(request, assembly), lock) : undefined;
  const after: Snapshot = {
    title: isVaried(request.variation) ? variationName(assembly.name, request.variation) : `${lock.assembly}, as it is now`,
    platform: request.platform,
    lock,
    manifests: new Map([...resolution.components].map(([id, { manifest }]) => [id, manifest])),
    assembly: tried.assembly,
    assemblyDiffers: false,
    verdict: verdictOf(verdict),
    ...(artifactBytes === undefined ? {} : { artifactBytes }),
  };
  const refusals = checked.ok ? [] : checked.findings;
  return { ok: true, value: { ...diffSnapshots(before, after), refusals }, findings: checked.ok ? checked.findings : [] };
}

/** A try that doesn't fit: what it would choose, and what is wrong with that. Undefined where there is nothing to choose. */
async function refusedTry(options: {
  readonly request: ComposeRequest;
  readonly world: World;
  readonly lock: Lockfile;
}): Promise<Pick<Checked, 'assembly' | 'resolution' | 'verdict' | 'lock'> | undefined> {
  const { request, world, lock } = options;
  const parsed = await world.parse(request.assembly, request.variation);
  if (!parsed.ok || !parsed.value.assembly.platforms.includes(request.platform)) return undefined;
  const { assembly } = parsed.value;
  const registry = await refreshedRegistry({ world, registry: parsed.value.registry, old: { lock }, refreshed: [] });
  const chosen = await chooseBlindly({ assembly, registry, locked: lockedVersions(lock), platform: request.platform });
  if (chosen === undefined) return undefined;
  const { resolution, verdict } = chosen;
  return { assembly, resolution, verdict, lock: makeLock({ assembly, resolution, compressor: lock.compressor, old: lock }) };
}

export interface LocksQuestion {
  /** Each a lock's file, or an assembly for the lock beside it. */
  readonly locks: readonly [string, string];
  readonly platform: Platform | undefined;
}

/** Two locks. What their components say is told of those that the library still has. */
export async function diffLocks({ locks, platform }: LocksQuestion, world: World): Promise<Judged<JudgedDiff>> {
  const sides: Snapshot[] = [];
  for (const named of locks) {
    const read = await openSide(named, platform, world);
    if (!read.ok) return read;
    sides.push(read.value);
  }
  const [before, after] = sides;
  if (before === undefined || after === undefined) throw new TypeError('two locks have two sides');
  return { ok: true, value: { ...diffSnapshots(before, after), refusals: [] }, findings: [] };
}

async function openSide(named: string, platform: Platform | undefined, world: World): Promise<Judged<Snapshot>> {
  const isFile = named.endsWith('.json');
  const path = isFile ? resolve(world.surroundings.currentFolder, named) : undefined;
  const beside = path === undefined ? named : path.replace(/\.lock\.json$/, '.yaml');
  const parsed = isFile ? await parseQuietly(beside, world) : await world.parse(named, unvaried);
  if (parsed !== undefined && !parsed.ok) return parsed;
  const lockFile = path ?? parsed?.value.located.lockFile ?? named;
  const read = await lockAt(lockFile, world, isFile ? dirname(named) : named);
  if (!read.ok) return read;
  const lock = read.value;
  const known = parsed?.value ?? (await ofSameName(lock, world));
  const chosen = platform ?? lock.platforms[0] ?? 'linux/amd64';
  const assembly = known?.assembly;
  const value = await readSnapshot({
    title: world.shown(lockFile),
    platform: chosen,
    lock,
    registry: known?.registry ?? world.registry,
    assembly,
    artifactFolder: assembly === undefined ? undefined : world.outFolder(requestOf(assembly, chosen), assembly),
  });
  return { ok: true, value, findings: [] };
}

type Parsed = Awaited<ReturnType<World['parse']>>;

/** The assembly of a lock that was copied away lies nowhere near it: the library's one of that name is taken. */
async function ofSameName(lock: Lockfile, world: World): Promise<Extract<Parsed, { readonly ok: true }>['value'] | undefined> {
  const [name = ''] = lock.assembly.split(' ');
  const parsed = await parseQuietly(name, world);
  return parsed?.ok === true ? parsed.value : undefined;
}

async function parseQuietly(named: string, world: World): Promise<Extract<Parsed, { readonly ok: true }> | undefined> {
  try {
    const parsed = await world.parse(named, unvaried);
    return parsed.ok ? parsed : undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function lockAt(file: string, world: World, assembly: string): Promise<Judged<Lockfile>> {
  const opened = await openLock(file, world.shown(file));
  if (!opened.ok) return opened;
  if (opened.value !== undefined) return { ok: true, value: opened.value.lock, findings: [] };
  throw new Failure({
    code: 'not-found',
    message: `there is no lock \`${world.shown(file)}\``,
    hints: [`write it: moby-compose assemble ${assembly}`],
  });
}

function requestOf(assembly: Assembly, platform: Platform): ComposeRequest {
  return { assembly: assembly.name, platform, variation: unvaried, policy: { locked: false, offline: true }, out: undefined, level: 0 };
}
