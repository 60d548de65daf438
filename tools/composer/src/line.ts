import type { ContentStore, Judged, Registry } from '@moby/model';
import { checkAssembly, type Checked } from './check-assembly.ts';
import { compose, settleLock } from './compose.ts';
import { diffAssembly, diffLocks, type LocksQuestion } from './diff/diff-assembly.ts';
import type { JudgedDiff } from './diff/lock-diff.ts';
import type { Assembly } from './parse/assembly.ts';
import type { Composed, ComposeRequest, Surroundings, Variation } from './request.ts';
import type { Verified } from './verify/verified.ts';
import { verifyNamedLock, verifyNamedRelease, type ReleaseName, type VerifiedLock } from './verify/verify-lock.ts';
import { World } from './world.ts';

/** The line over one world, as commands use it; `compose.ts` tells its stations. */
export interface Line {
  readonly registry: Registry;
  readonly store: ContentStore;
  parse(assembly: string, variation: Variation): Promise<Judged<Assembly>>;
  /** parse → resolve → lock → check; writes nothing, downloads nothing. */
  check(request: ComposeRequest): Promise<Judged<Checked>>;
  /** An assembly, perhaps varied, against its lock; writes nothing, downloads nothing. */
  diff(request: ComposeRequest): Promise<Judged<JudgedDiff>>;
  diffLocks(question: LocksQuestion): Promise<Judged<JudgedDiff>>;
  /** The whole line: an artifact in its folder, and the lock beside the assembly. */
  compose(request: ComposeRequest): Promise<Judged<Composed>>;
  /** parse → resolve → lock → check, and the lock written: after a component was raised. */
  relock(request: ComposeRequest): Promise<Judged<Checked & { readonly written: boolean }>>;
  /** A lock, by its file or by its assembly, against components and payloads that are here; writes nothing, downloads nothing. */
  verifyLock(named: string): Promise<Judged<VerifiedLock>>;
  /** A release of a registry: all that vouches for it, and its payloads that are here. Throws `usage` where no registry is named. */
  verifyRelease(release: ReleaseName): Promise<readonly Verified[]>;
}

export async function openLine(surroundings: Surroundings): Promise<Line> {
  const world = await World.open(surroundings);
  return {
    registry: world.registry,
    store: world.store,
    parse: async (assembly: string, variation: Variation): Promise<Judged<Assembly>> => {
      const parsed = await world.parse(assembly, variation);
      return parsed.ok ? { ok: true, value: parsed.value.assembly, findings: parsed.findings } : parsed;
    },
    check: (request: ComposeRequest) => checkAssembly(request, world, []),
    diff: (request: ComposeRequest) => diffAssembly(request, world),
    verifyLock: (named: string) => verifyNamedLock(named, world),
    verifyRelease: (release: ReleaseName) => verifyNamedRelease(release, world),
    diffLocks: (question: LocksQuestion) => diffLocks(question, world),
    compose: (request: ComposeRequest) => compose(request, world),
    relock: async (request: ComposeRequest): Promise<Judged<Checked & { readonly written: boolean }>> => {
      const checked = await checkAssembly(request, world, []);
      if (!checked.ok) return checked;
      const written = (await settleLock(checked.value, request)) === 'written';
      return { ok: true, value: { ...checked.value, written }, findings: checked.findings };
    },
  };
}
