import { isWithin, type Manifest, type Requirement } from '@moby/model';
import { seenOf, type ChangeKind, type Seen } from './change-kind.ts';
import { grownPrivileges } from './grown-privileges.ts';

const reference = 'abi-diff.md#what-counts-as-a-need';

/** What a release asks of others and of the machine. A new need is met before the release is chosen, or it isn't chosen. */
export const needs: readonly ChangeKind[] = [
  {
    id: 'need-added',
    requires: 'minor',
    eased: 'patch-line',
    when: 'a need is new or narrower: a library, a loader, a processor’s level, a program, a component, a capability, something of the kernel',
    reference,
    find: ({ abi }) => abi.changes.filter(({ bump }) => bump === 'minor').map(seenOf),
  },
  {
    id: 'recommendation-added',
    requires: 'minor',
    eased: 'patch-line',
    when: 'a recommendation is new or narrower',
    reference: 'component.md#the-manifest',
    *find({ baseline, current }): Iterable<Seen> {
      const before = baseline.contents.manifest.recommends;
      for (const [name, wanted] of sorted(current.contents.manifest.recommends)) {
        const at = ['component', 'recommends', name];
        const old = before[name];
        if (old === undefined) yield { about: name, at, sentence: `it recommends ${name} ${wanted.range}, which the old one doesn’t` };
        else if (!isWithin(old.range, wanted.range))
          yield { about: name, at, sentence: `it recommends ${name} ${wanted.range}, and recommended ${old.range}` };
      }
    },
  },
  {
    id: 'slot-taken',
    requires: 'minor',
    eased: 'patch-line',
    when: 'it takes an exclusive capability, which others can’t have beside it then',
    reference: 'component.md#the-manifest',
    *find({ baseline, current }): Iterable<Seen> {
      const exclusive = new Set(baseline.contents.manifest.exclusive);
      for (const slot of [...current.contents.manifest.exclusive].sort())
        if (!exclusive.has(slot))
          yield { about: slot, at: ['component', 'exclusive'], sentence: `it takes ${slot}, which the old one left to others` };
    },
  },
  {
    id: 'privilege-added',
    requires: 'minor',
    eased: 'patch-line',
    when: 'the service may do more on the machine (MOBY-P709 has a person decide on it)',
    reference: 'governance-rules/permission-growth.md',
    *find({ baseline, current }): Iterable<Seen> {
      for (const { kind, about, at, sentence } of grownPrivileges(baseline.contents.manifest, current.contents.manifest))
        if (!toldElsewhere.has(kind)) yield { about, at, sentence: `it ${sentence}` };
    },
  },
  {
    id: 'harmless-change',
    requires: 'patch',
    when: 'a need is gone, or something moved without hurting anybody',
    reference,
    find: ({ abi }) => abi.changes.filter(({ bump }) => bump === 'patch').map(seenOf),
  },
];

/** Kernel modules are needs (`need-added`), ports are offers (`port-added`). */
const toldElsewhere: ReadonlySet<string> = new Set(['module', 'port']);

function sorted(requirements: Manifest['recommends']): readonly (readonly [string, Requirement])[] {
  return Object.entries(requirements).sort(([a], [b]) => (a < b ? -1 : 1));
}
