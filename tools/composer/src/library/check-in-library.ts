import type { Diagnostic, Judged, Platform } from '@moby/model';
import { compressorOf } from '../compressor.ts';
import { findingsOn } from '../check/findings-on.ts';
import type { Verdict } from '../check/verdict.ts';
import { fitAssembly, type FittingOnAll } from '../fit/fit-assembly.ts';
import type { Lockfile } from '../lock/lockfile.ts';
import { makeLock } from '../lock/make-lock.ts';
import { lockedVersions } from '../lock/read-lock.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { refusedAsFinding, type AssemblyInLibrary } from './parse-in-library.ts';

/** What `moby-compose check` would say of an assembly of a library, for all of its platforms. */
export type CheckedInLibrary =
  /** A lock, facts or a component can't be read. */
  | { readonly kind: 'unreadable'; readonly findings: readonly Diagnostic[] }
  /** Nothing can be chosen that fits. */
  | { readonly kind: 'unsolvable'; readonly findings: readonly Diagnostic[] }
  | ChosenInLibrary;

export interface ChosenInLibrary {
  readonly kind: 'chosen';
  readonly resolution: Resolution;
  readonly verdicts: ReadonlyMap<Platform, Verdict>;
  /** Those of all platforms, each once; with an error among them it doesn't pass. */
  readonly findings: readonly Diagnostic[];
  /** The lock that would be written. */
  readonly lock: Lockfile;
}

/** Resolves and checks an assembly, the lock kept where it can be. Repairs aren't looked for. */
export async function checkInLibrary({ assembly, registry, lock: old }: AssemblyInLibrary): Promise<CheckedInLibrary> {
  if (old?.read.ok === false) return { kind: 'unreadable', findings: old.read.findings };
  const [platform] = assembly.platforms;
  if (platform === undefined) throw new TypeError(`${assembly.name} has no platform`);
  const before = old?.read.ok === true ? old.read.value : undefined;
  const locked = before === undefined ? {} : lockedVersions(before);
  const fitted = await refusedAsFinding(() => fitAssembly({ assembly, registry, locked, platform, onStep: () => undefined }));
  if (!fitted.ok) return { kind: 'unreadable', findings: fitted.findings };
  const fitting: Judged<FittingOnAll> = fitted.value;
  if (!fitting.ok) return { kind: 'unsolvable', findings: fitting.findings };
  const { resolution, verdicts } = fitting.value;
  const findings: Diagnostic[] = [];
  for (const verdict of verdicts.values()) findings.push(...(await findingsOn({ assembly, resolution, verdict, registry })));
  const lock = makeLock({ assembly, resolution, compressor: before?.compressor ?? compressorOf(defaultLevel), old: before });
  return { kind: 'chosen', resolution, verdicts, findings: distinct(findings), lock };
}

/** A lock names a level; which one makes no lock another (`compareLocks`). */
const defaultLevel = 3;

function distinct(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
