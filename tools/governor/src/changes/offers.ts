import type { Manifest } from '@moby/model';
import { seenOf, type ChangeKind, type Seen } from './change-kind.ts';

const reference = 'abi-diff.md#what-counts-as-an-offer';

/** What a release has for others: platforms, what its bytes and its manifest offer, ports, control groups, what it is. */
export const offers: readonly ChangeKind[] = [
  {
    id: 'platform-dropped',
    requires: 'major',
    when: 'a platform is gone',
    reference,
    find: ({ abi }) => abi.breaks.filter(({ kind }) => kind === 'platform').map(seenOf),
  },
  {
    id: 'offer-removed',
    requires: 'major',
    when: 'an offer is gone or narrower: a library, a symbol, a program, a service by RPC, a capability, an option or a module of a kernel',
    reference,
    find: ({ abi }) => abi.breaks.filter(({ kind }) => kind !== 'platform').map(seenOf),
  },
  {
    id: 'port-removed',
    requires: 'major',
    when: 'the service doesn’t listen on a port any more',
    reference: 'component.md#the-service',
    find: ({ baseline, current }) => ports(baseline.contents.manifest, current.contents.manifest, 'no longer listens on port'),
  },
  {
    id: 'kind-changed',
    requires: 'major',
    when: 'the component is of another kind',
    reference: 'component.md#the-manifest',
    *find({ baseline, current }): Iterable<Seen> {
      const [before, after] = [baseline.contents.manifest.kind, current.contents.manifest.kind];
      if (before !== after) yield { about: after, at: ['component', 'kind'], sentence: `it is of the kind ${after}, and was of ${before}` };
    },
  },
  {
    id: 'control-groups-narrowed',
    requires: 'major',
    when: 'the init mounts control groups of another version, or the runtime works in one version less',
    reference: 'component.md#the-manifest',
    *find({ baseline, current }): Iterable<Seen> {
      const [before, after] = [baseline.contents.manifest, current.contents.manifest];
      const mounted = after.init?.cgroup;
      if (before.init !== undefined && mounted !== undefined && mounted !== before.init.cgroup)
        yield { about: mounted, at: ['component', 'init', 'cgroup'], sentence: `it mounts ${mounted}, and mounted ${before.init.cgroup}` };
      const works = after.runtime?.cgroup;
      for (const mode of before.runtime?.cgroup ?? [])
        if (works?.includes(mode) === false)
          yield { about: mode, at: ['component', 'runtime', 'cgroup'], sentence: `it doesn’t work in ${mode} any more` };
    },
  },
  {
    id: 'platform-added',
    requires: 'minor',
    eased: 'moved-patch-line',
    when: 'a platform is new',
    reference,
    find: ({ abi }) => abi.adds.filter(({ kind }) => kind === 'platform').map(seenOf),
  },
  {
    id: 'offer-added',
    requires: 'minor',
    eased: 'moved-patch-line',
    when: 'an offer is new or wider',
    reference,
    find: ({ abi }) => abi.adds.filter(({ kind }) => kind !== 'platform').map(seenOf),
  },
  {
    id: 'port-added',
    requires: 'minor',
    eased: 'moved-patch-line',
    when: 'the service listens on another port',
    reference: 'component.md#the-service',
    find: ({ baseline, current }) => ports(current.contents.manifest, baseline.contents.manifest, 'listens on port'),
  },
];

/** The ports that one has and the other lacks. */
function ports(one: Manifest, other: Manifest, verb: string): readonly Seen[] {
  const there = new Set(offeredPorts(other));
  return offeredPorts(one)
    .filter((port) => !there.has(port))
    .map((port) => ({ about: String(port), at: ['component', 'service', 'ports'], sentence: `it ${verb} ${port}` }));
}

/** Nobody reaches a port of a network namespace that is empty. */
function offeredPorts({ service }: Manifest): readonly number[] {
  return service === undefined || service.network === 'none' ? [] : [...service.ports].sort((a, b) => a - b);
}
