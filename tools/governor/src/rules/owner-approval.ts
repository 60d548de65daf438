import { fromNpmVersion } from '@moby/model';
import { declaredBump } from '../changes/compare-releases.ts';
import { approvalsOf, knowsPeople, ownWord } from '../review/approvals.ts';
import type { ChangedComponent, ChangeSubject } from '../review/change-subject.ts';
import { holdsRole, isMaintainer, ownersBefore } from '../review/roles.ts';
import type { StateRule } from '../lifecycle/lifecycle.ts';
import { ownersFile } from './in-owners.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

/** Whom a change of a component waits for, by its state in the base. */
type Takes = StateRule['changes'] | 'unowned';

function* waiting(subject: ChangeSubject, takes: readonly Takes[]): Iterable<ChangedComponent> {
  if (!knowsPeople(subject)) return;
  for (const component of subject.components)
    if (component.before !== undefined && takes.includes(takesOf(subject, component)) && !isApproved(subject, component)) yield component;
}

function takesOf({ lifecycle }: ChangeSubject, component: ChangedComponent): Takes {
  const owners = ownersBefore(component);
  if (owners === undefined) return 'unowned';
  return lifecycle.states.find(({ name }) => name === owners.lifecycle)?.changes ?? 'all';
}

function isApproved(subject: ChangeSubject, component: ChangedComponent): boolean {
  const { policy, critical } = subject;
  const takes = takesOf(subject, component);
  const owners = ownersBefore(component);
  const isPlain = critical !== undefined && !critical.has(component.name);
  const mayApprove = takes === 'all' || takes === 'fixes';
  return (
    (mayApprove && isPlain && isYoung(component) && isOwnMaintainer()) ||
    approvalsOf(subject).some(
      (person) =>
        holdsRole(policy, 'steward', person) ||
        (mayApprove && (isMaintainer(owners, person) || (isPlain && holdsRole(policy, 'proven-maintainer', person)))),
    )
  );

  function isOwnMaintainer(): boolean {
    const own = ownWord(subject);
    return own !== undefined && isMaintainer(owners, own);
  }
}

/** Nobody builds on it yet: who answers for it may change it alone. */
function isYoung(component: ChangedComponent): boolean {
  const state = ownersBefore(component)?.lifecycle;
  return state === 'proposed' || state === 'experimental';
}

/** No change of state comes with it. */
function stays(component: ChangedComponent): boolean {
  const owners = component.after?.owners;
  return owners?.ok !== true || owners.value.lifecycle === ownersBefore(component)?.lifecycle;
}

function* noFixes(component: ChangedComponent): Iterable<Found> {
  const { name, before, after, lines } = component;
  for (const line of lines) {
    const [was, is] = [before?.lines.get(line), after?.lines.get(line)];
    if (is === undefined) continue;
    const [old, now] = [was?.npmVersion, is.npmVersion].map((npmVersion) =>
      npmVersion === undefined ? undefined : fromNpmVersion(npmVersion),
    );
    const bump = old === undefined || now === undefined ? undefined : declaredBump(old, now);
    if (was !== undefined && bump !== 'minor' && bump !== 'major') continue;
    yield {
      component: `${name}/${line}`,
      repositoryFile: `components/${name}/${line}/package.json`,
      message: `\`${name}\` is \`${ownersBefore(component)?.lifecycle}\` and takes fixes only; this is ${was === undefined ? 'a new line' : `a ${bump} version, ${now} after ${old}`}`,
      help: 'what leads it to another state comes first, or with this',
    };
  }
}

function waitsFor({ name }: ChangedComponent, message: string, help: string): Found {
  return { component: name, repositoryFile: ownersFile(name), severity: 'review', message, help };
}

export const ownerApproval: GovernanceRule = {
  ...ofPackage({
    id: 'MOBY-O403',
    name: 'owner-approval',
    severity: 'error',
    waivableBy: 'nobody',
    why: 'A release is its maintainers’ word. Who they are is read from what is merged, so nobody becomes one by the release that they publish, or by the pull request that they bring. A steward may help out; a bot publishes what was merged. An approval is about one head: what was pushed after it nobody has seen.',
    examples: {
      fails: '`mallory` publishes what `ann` maintains; a pull request that was approved before its last commit',
      passes: '`ann`; a steward; a bot; a pull request whose head another maintainer has approved',
    },
    clauses: [
      {
        name: 'stranger',
        when: 'at the registry’s door, the publisher is neither a maintainer by the user name in OWNERS.yaml, nor a steward, nor a bot',
        *find({ name, question }): Iterable<Found> {
          const { door, owners, publisher } = question;
          if (door.kind !== 'publish' || owners === undefined || owners.maintainers.length === 0 || publisher === undefined) return;
          if (publisher.role === 'steward' || publisher.role === 'bot' || owners.maintainers.includes(publisher.id)) return;
          const maintainers = owners.maintainers.map((one) => `\`${one}\``).join(', ');
          yield {
            at: ['name'],
            message: `\`${publisher.id}\` is no maintainer of \`${name}\`: ${maintainers}`,
            help: 'ask one of them to publish it, or to name you in OWNERS.yaml by a pull request',
          };
        },
      },
      {
        name: 'unknown',
        when: 'at the registry’s door, nobody said who publishes',
        *find({ question }): Iterable<Found> {
          if (question.door.kind === 'publish' && question.publisher === undefined)
            yield { at: ['name'], severity: 'review', message: 'nobody said who publishes this' };
        },
      },
    ],
  }),
  change: [
    {
      name: 'unapproved',
      when: 'no maintainer by the base’s OWNERS.yaml has approved of exactly this head who is neither its author nor who pushed it last; nor a steward, nor, unless it is critical, a proven maintainer. While a component is `proposed` or `experimental`, and not critical, a maintainer’s own change is enough',
      *find(subject): Iterable<Found> {
        for (const component of waiting(subject, ['all', 'fixes']))
          yield waitsFor(
            component,
            `no maintainer of \`${component.name}\` has approved of this head`,
            'one who is neither its author nor who pushed it last looks at it; an approval of an earlier head doesn’t count',
          );
      },
    },
    {
      name: 'unowned',
      when: 'the base has no OWNERS.yaml of a component that says for certain who may approve, and no steward has approved of this head',
      *find(subject): Iterable<Found> {
        for (const component of waiting(subject, ['unowned']))
          yield waitsFor(component, `nobody knows who answers for \`${component.name}\``, 'a steward looks at it');
      },
    },
    {
      name: 'stewards-only',
      when: 'a component is in a state in which it takes stewards’ changes only, and no steward has approved of this head',
      *find(subject): Iterable<Found> {
        for (const component of waiting(subject, ['stewards']))
          yield waitsFor(component, `nobody answers for \`${component.name}\`, so a steward looks at changes of it`, 'ask one of them');
      },
    },
    {
      name: 'frozen',
      when: 'a component is in a state in which it takes no changes, and stays in it',
      *find(subject): Iterable<Found> {
        for (const component of subject.components) {
          const { name, before } = component;
          if (before === undefined || !stays(component) || takesOf(subject, component) !== 'none') continue;
          yield {
            component: name,
            repositoryFile: ownersFile(name),
            message: `\`${name}\` is \`${ownersBefore(component)?.lifecycle}\`, and takes no changes`,
            help: 'what leads it to another state comes first, or with this',
          };
        }
      },
    },
    {
      name: 'no-fix',
      when: 'a component is in a state in which it takes fixes only, stays in it, and gets a line that it didn’t have, or a minor or major number of upstream’s',
      *find(subject): Iterable<Found> {
        for (const component of subject.components)
          if (takesOf(subject, component) === 'fixes' && stays(component)) yield* noFixes(component);
      },
    },
    {
      name: 'unknown-people',
      when: 'a component changes, and nobody said who wrote it, who pushed it last, or who has looked at it',
      *find(subject): Iterable<Found> {
        if (!knowsPeople(subject) && subject.components.some(({ before }) => before !== undefined))
          yield {
            severity: 'review',
            message: 'nobody said who wrote this, who pushed it last, and who has looked at it',
            help: 'only a forge knows: `--facts FILE`',
          };
      },
    },
  ],
};
