import { compareVersions, revisionOf, upstreamOf, type Version } from '@moby/model';
import { publishedInLine } from '../judge/baseline.ts';
import type { ComponentSubject } from '../judge/subject.ts';
import { isOwnWork } from './is-own-work.ts';
import { ofComponent, type Clause, type GovernanceRule } from './rule.ts';

export const noSkip: GovernanceRule = ofComponent({
  id: 'MOBY-V505',
  name: 'no-skip',
  severity: 'warning',
  waivableBy: 'owner',
  why: 'A gap makes readers look for the release that is missing. Upstream may leave gaps, and that is no finding; the revision is ours, and so is the version of what is made of the component’s own files alone.',
  examples: { fails: '8.0.2+r4 after 8.0.2+r2; 8.0.3+r2 after 8.0.2+r1', passes: '8.0.2+r3 after 8.0.2+r2; 8.0.5+r1 after 8.0.2+r1' },
  clauses: [
    gap('revision', 'a revision was left out', ({ before, after }) =>
      isSameUpstream(before, after) && revisionOf(after) > revisionOf(before) + 1 ? `r${revisionOf(before) + 1}` : undefined,
    ),
    gap('first-revision', 'the first packaging of a new version of upstream is not the revision 1', ({ before, after }) =>
      isSameUpstream(before, after) || revisionOf(after) === 1 ? undefined : 'r1',
    ),
    gap('own-version', 'the version of a component of its own files alone is not the next one', ({ before, after, subject }) => {
      if (!isOwnWork(subject.manifest) || isSameUpstream(before, after) || nextOf(before).includes(upstreamOf(after))) return undefined;
      return nextOf(before).join(', ');
    }),
  ],
});

interface Step {
  readonly before: Version;
  readonly after: Version;
  readonly subject: ComponentSubject;
}

function gap(name: string, when: string, expected: (step: Step) => string | undefined): Clause<ComponentSubject> {
  return {
    name,
    when,
    find: (subject) => {
      const { version: after } = subject.manifest;
      const before = publishedInLine(subject.question, after).find(({ version }) => compareVersions(version, after) < 0)?.version;
      const next = before === undefined ? undefined : expected({ before, after, subject });
      return next === undefined ? [] : [{ at: ['version'], message: `${after} comes after ${before}, and ${when}: expected ${next}` }];
    },
  };
}

function isSameUpstream(before: Version, after: Version): boolean {
  return upstreamOf(before) === upstreamOf(after);
}

/** `1.2.3` → `2.0.0`, `1.3.0`, `1.2.4`. */
function nextOf(version: Version): readonly string[] {
  const [major = 0, minor = 0, patch = 0] = (upstreamOf(version).split('-')[0] ?? '').split('.').map(Number);
  return [`${major + 1}.0.0`, `${major}.${minor + 1}.0`, `${major}.${minor}.${patch + 1}`];
}
