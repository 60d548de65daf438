import type { ChangeKind } from '../changes/change-kind.ts';
import { compareBumps } from '../changes/change-kind.ts';
import { changeKinds } from '../changes/change-kinds.ts';
import type { SeenWitness } from '../changes/compare-releases.ts';
import type { ComponentSubject } from '../judge/subject.ts';
import { isOwnWork } from './is-own-work.ts';
import { ofComponent, type Clause, type Found, type GovernanceRule } from './rule.ts';

export const abiBump: GovernanceRule = ofComponent({
  id: 'MOBY-V506',
  name: 'abi-bump',
  severity: 'error',
  waivableBy: 'steward',
  why: 'Who follows a line takes its next release unseen. So a release of a line keeps what the one before it offered, and asks for nothing that its version doesn’t announce. A break is answered by a new line, whose first release may differ in everything.',
  examples: {
    fails: 'a release that drops a soname; a revision that adds one',
    passes: 'a patch of upstream’s that adds a symbol, in the line 3.5; the same drop as the first release of a line',
  },
  // A patch is the least that a release can be.
  clauses: changeKinds.filter(({ requires }) => requires !== 'patch').map(asksForMore),
});

function asksForMore(kind: ChangeKind): Clause<ComponentSubject> {
  return {
    name: kind.id,
    when: `${kind.when}; this is ${kind.requires}, and the version announces less`,
    *find(subject): Iterable<Found> {
      const { comparison, manifest } = subject;
      if (comparison?.isSameLine !== true) return;
      const { declared, baseline, witnesses } = comparison;
      for (const witness of witnesses) {
        if (witness.kind !== kind || compareBumps(witness.requires, declared) <= 0) continue;
        yield {
          at: witness.at ?? ['version'],
          message: `${witness.sentence}: ${witness.requires}, and ${manifest.version} after ${baseline.version} is a ${declared}`,
          help: whatToDo(witness, subject),
        };
      }
    },
  };
}

function whatToDo({ kind }: SeenWitness, { manifest }: ComponentSubject): string {
  if (kind.requires === 'major') return 'a break is a new line, not a release of this one; a steward may let it pass';
  if (isOwnWork(manifest)) return 'raise the minor number of the version';
  return 'wait for a version of upstream’s that announces it, or ask a steward for a waiver that names who depends on this component';
}
