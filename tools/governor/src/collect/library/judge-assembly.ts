import {
  checkInLibrary,
  formatLock,
  inputsOf,
  lockDifferences,
  type AssemblyInLibrary,
  type CheckedInLibrary,
  type Lockfile,
  type ParsedInLibrary,
} from '@moby/composer/library';
import { parseComponentName, parseVersion, type Registry } from '@moby/model';
import type { AssemblyAnswer, AssemblyLock, ChosenParts } from '../../library/library-change.ts';

/** Resolves and checks an assembly of one side, as `check` does. */
export async function judgeAssembly({ parsed }: ParsedInLibrary): Promise<AssemblyAnswer> {
  if (!parsed.ok) return { state: 'fails', kind: 'unreadable', findings: parsed.findings, edges: [] };
  const checked = await checkInLibrary(parsed.value);
  const lock = await lockOf(parsed.value, checked);
  return { ...answerOf(checked), ...(lock === undefined ? {} : { lock }) };
}

function answerOf(checked: CheckedInLibrary): Omit<AssemblyAnswer, 'lock'> {
  if (checked.kind !== 'chosen') return { state: 'fails', kind: checked.kind, findings: checked.findings, edges: [] };
  const { resolution, findings, lock } = checked;
  const all = [...checked.verdicts.values()].flatMap((verdict) => verdict.edges);
  const edges = all.filter(({ verdict }) => verdict === 'error' || verdict === 'unknown');
  const fails = findings.some(({ severity }) => severity === 'error');
  const chosen: ChosenParts = { components: resolution.components, roots: resolution.roots, edges: resolution.edges, lock };
  const state = fails ? 'fails' : edges.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'passes';
  return { state, kind: 'chosen', findings, edges, chosen };
}

async function lockOf({ assembly, registry, lock }: AssemblyInLibrary, checked: CheckedInLibrary): Promise<AssemblyLock | undefined> {
  if (lock === undefined) return undefined;
  const { text, read } = lock;
  if (!read.ok) return { text, findings: read.findings, isOfInputs: false, differences: [], held: new Map() };
  const { value } = read;
  return {
    text,
    lock: value,
    findings: [],
    canonical: formatLock(value),
    isOfInputs: value.inputs === inputsOf(assembly),
    differences: checked.kind === 'chosen' ? lockDifferences(value, withSameWords(checked.lock, value)) : [],
    held: await heldTrees(Object.keys(value.components), registry),
  };
}

/** A lock with an older one's words for the versions that both have. */
function withSameWords(lock: Lockfile, old: Lockfile): Lockfile {
  const components = Object.entries(lock.components).map(([id, component]) => [id, old.components[id] ?? component] as const);
  return { ...lock, components: Object.fromEntries(components), compressor: old.compressor };
}

async function heldTrees(ids: readonly string[], registry: Registry): Promise<AssemblyLock['held']> {
  const held = new Map<string, string | undefined>();
  for (const id of ids) held.set(id, await heldTree(id, registry));
  return held;
}

/** Undefined where there is no such version, or none that can be read. */
async function heldTree(id: string, registry: Registry): Promise<string | undefined> {
  const at = id.lastIndexOf('@');
  const [name, version] = [parseComponentName(id.slice(0, at)), parseVersion(id.slice(at + 1))];
  if (name === undefined || version === undefined) return undefined;
  const isThere = await registry.versions(name).then(
    (versions) => versions.includes(version),
    () => false,
  );
  return isThere ? (await registry.component(name, version)).tree : undefined;
}
