import { compareVersions, parseVersion, type Version } from '@moby/model';
import { diffPorts, diffPrivileges } from './diff-privileges.ts';
import type { ComponentChange, LockDiff } from './lock-diff.ts';
import type { Snapshot } from './snapshot.ts';

/** Versions, sizes, privileges, ports and verdicts of two states. A function of its arguments alone. */
export function diffSnapshots(before: Snapshot, after: Snapshot): LockDiff {
  const components = withCapabilities(diffComponents(before, after), before, after);
  const privileges = diffPrivileges(before, after);
  const ports = diffPorts(before, after);
  const verdicts = diffVerdicts(before, after);
  const budgetBytes = (after.assembly ?? before.assembly)?.budget.sizeBytes;
  return {
    old: before.title,
    new: after.title,
    platform: after.platform,
    components,
    size: {
      payload: { before: payloadBytes(before), after: payloadBytes(after) },
      artifact: {
        ...(before.artifactBytes === undefined ? {} : { before: before.artifactBytes }),
        ...(after.artifactBytes === undefined ? {} : { after: after.artifactBytes }),
      },
      ...(budgetBytes === undefined ? {} : { budgetBytes }),
    },
    privileges,
    ports,
    verdicts,
    assemblyDiffers: before.assemblyDiffers || after.assemblyDiffers,
    unknown: [
      ...new Set([before, after].flatMap(({ manifests }) => [...manifests].flatMap(([id, one]) => (one === undefined ? [id] : [])))),
    ].sort(),
    differs:
      before.assemblyDiffers !== after.assemblyDiffers ||
      [components, privileges.added, privileges.removed, ports.added, ports.removed, verdicts.worse, verdicts.better].some(
        (list) => list.length > 0,
      ),
  };
}

interface Standing {
  readonly versions: readonly Version[];
  readonly roots: readonly string[];
  readonly trees: readonly string[];
  readonly payloadBytes: number;
}

function diffComponents(before: Snapshot, after: Snapshot): readonly ComponentChange[] {
  const [old, now] = [standings(before), standings(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name): readonly ComponentChange[] => {
    const [was, is] = [old.get(name), now.get(name)];
    const change = changeOf(was, is);
    if (change === undefined) return [];
    return [
      {
        name,
        change,
        before: was?.versions ?? [],
        after: is?.versions ?? [],
        roots: (is ?? was)?.roots ?? [],
        payloadBytes: { before: was?.payloadBytes ?? 0, after: is?.payloadBytes ?? 0 },
        capabilities: [],
      },
    ];
  });
}

function changeOf(was: Standing | undefined, is: Standing | undefined): ComponentChange['change'] | undefined {
  if (was === undefined) return 'new';
  if (is === undefined) return 'gone';
  if (was.versions.join(' ') !== is.versions.join(' ')) {
    const [old, now] = [was.versions.at(-1), is.versions.at(-1)];
    const order = old === undefined || now === undefined ? 0 : compareVersions(now, old);
    // Where the newest is the same, fewer old ones are an upgrade.
    if (order !== 0) return order > 0 ? 'upgrade' : 'downgrade';
    const [oldest, now_] = [was.versions[0], is.versions[0]];
    return oldest !== undefined && now_ !== undefined && compareVersions(now_, oldest) < 0 ? 'downgrade' : 'upgrade';
  }
  if (was.trees.join(' ') !== is.trees.join(' ')) return 'changed';
  return was.roots.join(' ') === is.roots.join(' ') ? undefined : 'moved';
}

function standings({ lock, platform }: Snapshot): ReadonlyMap<string, Standing> {
  const standing = new Map<string, { readonly versions: Set<Version>; readonly roots: string[] }>();
  for (const [root, chosen] of Object.entries(lock.roots)) {
    for (const [name, { version: text }] of Object.entries(chosen)) {
      const version = parseVersion(text);
      if (version === undefined) continue;
      const known = standing.get(name) ?? { versions: new Set(), roots: [] };
      known.versions.add(version);
      known.roots.push(root);
      standing.set(name, known);
    }
  }
  return new Map(
    [...standing].map(([name, { versions, roots }]): [string, Standing] => {
      const sorted = [...versions].sort(compareVersions);
      const locked = sorted.flatMap((version) => lock.components[`${name}@${version}`] ?? []);
      return [
        name,
        {
          versions: sorted,
          roots: roots.sort(),
          trees: locked.map(({ tree }) => tree),
          payloadBytes: locked.reduce((sum, { payload }) => sum + (payload[platform]?.size ?? 0), 0),
        },
      ];
    }),
  );
}

function payloadBytes({ lock, platform }: Snapshot): number {
  return Object.values(lock.components).reduce((sum, { payload }) => sum + (payload[platform]?.size ?? 0), 0);
}

/** What a component offered and offers; of one that is new, what it offers in the place of one that is gone. */
function withCapabilities(changes: readonly ComponentChange[], before: Snapshot, after: Snapshot): readonly ComponentChange[] {
  const gone = new Map(
    changes
      .filter(({ change }) => change === 'gone')
      .flatMap(({ name, before: versions }) => Object.entries(offersOf(before, name, versions))),
  );
  return changes.map((change) => {
    const now = offersOf(after, change.name, change.after);
    const old =
      change.change === 'new'
        ? Object.fromEntries([...gone].filter(([name]) => Object.hasOwn(now, name)))
        : offersOf(before, change.name, change.before);
    if (change.change === 'new' || change.change === 'upgrade' || change.change === 'downgrade') {
      const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().filter((name) => old[name] !== now[name]);
      const capabilities = names.map((name) => ({
        name,
        ...(old[name] === undefined ? {} : { before: old[name] }),
        ...(now[name] === undefined ? {} : { after: now[name] }),
      }));
      return { ...change, capabilities };
    }
    return change;
  });
}

/** By hand: what the bytes prove is of no interest to people. */
function offersOf({ manifests }: Snapshot, name: string, versions: readonly string[]): Readonly<Record<string, string>> {
  const provides = versions.flatMap((version) => Object.entries(manifests.get(`${name}@${version}`)?.provides ?? {}));
  return Object.fromEntries(provides.filter(([capability]) => !capability.startsWith('soname:')));
}

function diffVerdicts(before: Snapshot, after: Snapshot): LockDiff['verdicts'] {
  const [old, now] = [before.verdict, after.verdict];
  const sentences = (verdict: Snapshot['verdict']): ReadonlySet<string> =>
    new Set((verdict?.edges ?? []).map(({ rule, root, verdict: level, sentence }) => `${level} ${rule}: ${sentence} (${root})`));
  const [said, says] = [sentences(old), sentences(now)];
  const isKnown = old !== undefined && now !== undefined;
  return {
    ...(old === undefined ? {} : { before: old.counts }),
    ...(now === undefined ? {} : { after: now.counts }),
    worse: isKnown ? [...says].filter((sentence) => !said.has(sentence)).sort() : [],
    better: isKnown ? [...said].filter((sentence) => !says.has(sentence)).sort() : [],
  };
}
