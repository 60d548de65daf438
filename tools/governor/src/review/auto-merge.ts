import type { Bump } from '@moby/abi';
import type { AutoMergeCondition, ReviewReport } from '../formats/review-report.ts';
import { coolOffDays } from '../rules/takeover-cooloff.ts';
import { ownersFile } from '../rules/in-owners.ts';
import { isMovedLock } from '../rules/moved-lock.ts';
import { knowsPeople, lastReviews } from './approvals.ts';
import type { ChangedComponent, ChangeSubject } from './change-subject.ts';
import { componentFacts } from './component-facts.ts';
import { holdsRole, isMaintainer, ownersBefore } from './roles.ts';

/** What is known once a pull request is judged. */
export interface ToAutoMerge extends Pick<ReviewReport, 'verdict' | 'findings' | 'waived' | 'bump'> {
  readonly subject: ChangeSubject;
}

interface Condition {
  readonly condition: string;
  /** Missing where only time clears it. */
  readonly who?: string;
  /** What isn't known isn't met. */
  readonly isMet: (judged: ToAutoMerge) => boolean;
}

/** Rules that ask for somebody's word on exactly this head. */
const approvalRules: ReadonlySet<string> = new Set(['MOBY-O401', 'MOBY-O403', 'MOBY-O404', 'MOBY-O405', 'MOBY-O408', 'MOBY-O409']);
const permissionRule = 'MOBY-P709';

const conditions: readonly Condition[] = [
  {
    condition: 'the verdict is a pass, for exactly this head, this base and these rules',
    who: 'whoever mends or decides what was found',
    isMet: ({ verdict }) => verdict === 'pass',
  },
  {
    condition: 'nothing is touched but components, and locks that are written anew because of them',
    who: 'a steward',
    isMet: ({ subject }) => subject.touched.components.length > 0 && subject.touched.elsewhere.every((path) => isMovedLock(subject, path)),
  },
  {
    condition: 'nothing is left for a person to decide',
    who: 'whoever may decide it',
    isMet: ({ findings }) => findings.every(({ severity }) => severity !== 'review'),
  },
  {
    condition: 'everybody whose word is needed has approved of this head',
    who: 'a maintainer who is not the author',
    isMet: (judged) => judged.subject.isReadable && knowsPeople(judged.subject) && !hasFinding(judged, approvalRules),
  },
  {
    condition: 'no maintainer and no steward asks for changes',
    who: 'whoever asks for them',
    isMet: ({ subject }) => subject.isReadable && subject.facts.reviews !== undefined && !isObjectedTo(subject),
  },
  {
    condition: 'it is no draft, and nobody has asked to wait',
    who: 'the author, or whoever has asked',
    isMet: ({ subject: { facts } }) => facts.draft === false && facts.hold === false,
  },
  {
    condition: `who answers for what is touched has done so for ${coolOffDays} days or more`,
    isMet: ({ subject }) => ofEach(subject, ({ name }) => (componentFacts(subject.facts, name).daysSinceOwnersChanged ?? 0) >= coolOffDays),
  },
  {
    condition: 'no line changes by more than a minor version',
    who: 'a steward',
    isMet: ({ subject, bump }) =>
      ofEach(subject, ({ name, lines }) =>
        lines.every((line) => {
          const own = bump[`${name}/${line}`];
          return own !== undefined && isSmall(own.declared) && isSmall(own.required);
        }),
      ),
  },
  {
    condition: 'no component and no line is new or gone, and none counts as critical',
    who: 'a steward',
    isMet: ({ subject }) =>
      ofEach(
        subject,
        ({ name, before, after, lines }) =>
          subject.critical?.has(name) === false &&
          lines.every((line) => before?.lines.has(line) === true && after?.lines.has(line) === true),
      ),
  },
  {
    condition: 'owners, states and keys stay as they are, and no component may do more than before',
    who: 'a steward',
    isMet: (judged) =>
      ofEach(judged.subject, ({ name }) => !judged.subject.files.has(ownersFile(name))) && !hasFinding(judged, new Set([permissionRule])),
  },
  {
    condition: 'at least one check is required, and all that are have succeeded on this head',
    who: 'the author',
    isMet: ({ subject: { facts, head } }) => {
      const required = (facts.checks ?? []).filter((check) => check.required);
      return facts.head === head.oid && required.length > 0 && required.every(({ state }) => state === 'succeeded');
    },
  },
  {
    condition: 'the branch that it is merged into is still at this base',
    who: 'whoever has it judged once more',
    isMet: ({ subject: { facts, base } }) => facts.target === base.oid,
  },
  {
    condition: 'a queue merges it, and takes exactly this head',
    who: 'a steward',
    isMet: ({ subject: { facts } }) => facts.queue === true,
  },
];

/** What has to be so before a pull request may be merged without a person; all of it. Pure. */
export function autoMerge(judged: ToAutoMerge): readonly AutoMergeCondition[] {
  return conditions.map(({ condition, who, isMet }) => {
    const met = isMet(judged);
    return { condition, met, ...(met || who === undefined ? {} : { who }) };
  });
}

/** Of each component that is touched; of none where they can't be read. */
function ofEach({ isReadable, components }: ChangeSubject, holds: (component: ChangedComponent) => boolean): boolean {
  return isReadable && components.every(holds);
}

/** Also one that was waived: a person has decided about it, and looks at the merge as well. */
function hasFinding({ findings, waived }: ToAutoMerge, rules: ReadonlySet<string>): boolean {
  return [...findings, ...waived.map(({ finding }) => finding)].some(({ rule }) => rules.has(rule));
}

/** However old the head is that they looked at. */
function isObjectedTo({ facts, policy, components }: ChangeSubject): boolean {
  return lastReviews(facts.reviews ?? []).some(
    (review) =>
      review.state === 'changes-requested' &&
      (holdsRole(policy, 'steward', review) || components.some((component) => isMaintainer(ownersBefore(component), review))),
  );
}

function isSmall(bump: Bump): boolean {
  return bump !== 'major';
}
