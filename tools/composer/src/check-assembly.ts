import { summarizeEdges } from '@moby/abi';
import type { Diagnostic, Judged, Registry } from '@moby/model';
import { openCheckedRegistry, openRefreshedRegistry, type Refreshed } from '@moby/registry';
import { findingsOn } from './check/findings-on.ts';
import type { Verdict } from './check/verdict.ts';
import { fitAssembly } from './fit/fit-assembly.ts';
import { recallRefreshed } from './fetch/refreshed-memory.ts';
import { compareLocks, openLock, type LockOnDisk, type LockState } from './lock/lock-on-disk.ts';
import type { Lockfile } from './lock/lockfile.ts';
import { makeLock } from './lock/make-lock.ts';
import { compressorOf } from './compressor.ts';
import { refuseOtherPackage, withKnownOrigins } from './lock/origins.ts';
import { lockedVersions } from './lock/read-lock.ts';
import { staleLock } from './lock/stale-lock.ts';
import { isVaried } from './parse/apply-variation.ts';
import type { Assembly } from './parse/assembly.ts';
import { withRepairs } from './repair/with-repairs.ts';
import type { ComposeRequest } from './request.ts';
import type { Resolution } from './resolve/resolution.ts';
import type { World } from './world.ts';

/** What is known once the facts have spoken, before a byte of payload has moved. */
export interface Checked {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly lock: Lockfile;
  readonly lockFile: string;
  readonly lockState: LockState;
  /** Every file that was read or looked for to parse the assembly. */
  readonly read: readonly string[];
}

/**
 * The first stations: parse → resolve ⇄ check → lock. Writes nothing and downloads nothing. `refreshed` are components
 * whose pins have turned out to be gone. Throws `lock-stale` where the lock may not change and would.
 */
export async function checkAssembly(request: ComposeRequest, world: World, refreshed: readonly Refreshed[]): Promise<Judged<Checked>> {
  const { progress } = world.surroundings;
  const parsed = await world.parse(request.assembly, request.variation);
  if (!parsed.ok) return parsed;
  const { assembly, located } = parsed.value;
  if (!assembly.platforms.includes(request.platform)) return { ok: false, findings: [otherPlatform(assembly, request)] };
  const old = await openLock(located.lockFile, world.shown(located.lockFile));
  if (!old.ok) return old;
  const registry = await refreshedRegistry({ world, registry: lockedOrigins(parsed.value.registry, old.value), old: old.value, refreshed });

  const fitting = await fitAssembly({
    assembly,
    registry,
    locked: old.value === undefined ? {} : lockedVersions(old.value.lock),
    platform: request.platform,
    onStep: (step) => progress.step({ step }),
  });
  if (!fitting.ok) return fitting;
  const { resolution, verdict } = fitting.value;
  const made = makeLock({ assembly, resolution, compressor: compressorOf(request.level), old: old.value?.lock });
  const lock = request.policy.locked ? withKnownOrigins(made, old.value?.lock) : made;
  const lockState = compareLocks(lock, old.value);
  const { size } = resolution.components;
  progress.step({ step: 'resolve', done: size, total: size, unit: 'items', note: lockState === 'same' ? 'as locked' : '' });
  if (request.policy.locked && lockState !== 'same' && !isVaried(request.variation))
    throw staleLock({ file: world.shown(located.lockFile), assembly: request.assembly, lock, old: old.value?.lock });

  const findings = await findingsOn({ assembly, resolution, verdict, registry });
  progress.step({ step: 'check', done: verdict.edges.length, total: verdict.edges.length, unit: 'items', note: countsOf(verdict) });
  if (findings.some(({ severity }) => severity === 'error')) {
    const locked = old.value === undefined ? {} : lockedVersions(old.value.lock);
    return {
      ok: false,
      findings: await withRepairs({ assembly, resolution, verdict, registry, locked, platform: request.platform }),
    };
  }
  const value = { assembly, resolution, verdict, lock, lockFile: located.lockFile, lockState, read: [...world.read] };
  return { ok: true, value, findings: [...parsed.findings, ...findings] };
}

/** A registry that gives no version in another package than the lock says. */
function lockedOrigins(registry: Registry, old: LockOnDisk | undefined): Registry {
  if (old === undefined || Object.values(old.lock.components).every(({ origin }) => origin === undefined)) return registry;
  return openCheckedRegistry(registry, (component) => refuseOtherPackage(component, old.lock));
}

/** The components, with those refreshed now, and those that the lock names and this machine remembers. */
export async function refreshedRegistry(options: {
  readonly world: World;
  readonly registry: Registry;
  readonly old: Pick<LockOnDisk, 'lock'> | undefined;
  readonly refreshed: readonly Refreshed[];
}): Promise<Registry> {
  const { world, registry, old, refreshed } = options;
  const known = await recallRefreshed(world.store, registry, old?.lock);
  // What was refreshed in this run has been said already.
  for (const finding of refreshed.length === 0 ? known.findings : []) world.surroundings.warn(finding);
  const names = new Set(refreshed.map(({ component }) => component.manifest.name));
  return openRefreshedRegistry(registry, [...refreshed, ...known.refreshed.filter(({ component }) => !names.has(component.manifest.name))]);
}

function otherPlatform(assembly: Assembly, { platform }: ComposeRequest): Diagnostic {
  const message = `${assembly.name} is not made for ${platform}, only for ${assembly.platforms.join(', ')}`;
  return { severity: 'error', code: 'other-platform', message, hints: [`add it under \`platforms:\` in ${assembly.file}`] };
}

/** `214 edges: 209 proven, 5 declared, 0 unknown`. */
export function countsOf(verdict: Verdict): string {
  const { edges, proven, declared, counts } = summarizeEdges(verdict.edges);
  const bad = counts.error > 0 ? `, ${counts.error} broken` : '';
  return `${edges} edges: ${proven} proven, ${declared} declared, ${counts.unknown} unknown${bad}`;
}
