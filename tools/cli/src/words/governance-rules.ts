import { catalogue, waitingRules, type GovernanceRule, type Severity, type WaivableBy } from '@moby/governor';
import { Failure } from '@moby/model/basics';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import type { Done } from '../outcome.ts';

const severities: Readonly<Record<Severity, string>> = {
  error: 'an error: not to be merged',
  'tool-error': 'no verdict: not the author’s fault',
  review: 'for a person to decide',
  warning: 'a warning',
  hint: 'a hint',
};

/** Who may waive a finding, in words. */
export const waiverWords: Readonly<Record<WaivableBy, string>> = {
  nobody: 'nobody',
  owner: 'an owner of the component other than the author',
  steward: 'a steward',
  'security-team': 'the security team',
};

/** Every rule in its order, and those that wait. */
export function rulesOutcome(): Done {
  const rows = catalogue.map(({ id, name, severity, waivableBy }): readonly Line[] => [
    [bold(shortOf(id))],
    [name],
    [severity],
    [dim(waivableBy === 'nobody' ? '' : `waivable by ${waiverWords[waivableBy]}`)],
  ]);
  const waiting = waitingRules.reduce((sum, { rules }) => sum + Object.keys(rules).length, 0);
  return {
    kind: 'done',
    value: {
      rules: catalogue.map(documentOf),
      waiting: waitingRules.flatMap(({ rules, why }) => Object.entries(rules).map(([id, name]) => ({ id, name, why }))),
    },
    lines: table(rows),
    next: [[`${catalogue.length} rules; ${waiting} more have a number and wait: moby-compose review explain RULE says why`]],
  };
}

/** One rule, by `V506`, `MOBY-V506` or `abi-bump`. */
export function ruleOutcome(asked: string): Done {
  const wanted = asked.toLowerCase().replace(/^moby-/, '');
  const rule = catalogue.find(({ id, name }) => shortOf(id).toLowerCase() === wanted || name === wanted);
  if (rule !== undefined) return { kind: 'done', value: documentOf(rule), lines: linesOfRule(rule) };
  for (const { rules, why } of waitingRules)
    for (const [id, name] of Object.entries(rules))
      if (shortOf(id).toLowerCase() === wanted || name === wanted)
        return { kind: 'done', value: { id, name, waits: true, why }, lines: [[bold(`${shortOf(id)} ${name}`), ' waits'], [], [why]] };
  throw new Failure({ code: 'not-found', message: `there is no rule \`${asked}\``, hints: ['moby-compose review rules lists all'] });
}

function linesOfRule(rule: GovernanceRule): readonly Line[] {
  const { id, name, severity, waivableBy, why, examples } = rule;
  return [
    [bold(`${shortOf(id)} ${name}`), ` · ${severities[severity]} · may be waived by ${waiverWords[waivableBy]}`],
    [],
    [why],
    [],
    [bold('finding when')],
    ...clausesOf(rule).map((clause): Line => ['  ', clause.when, ' ', dim(clause.name)]),
    [],
    [bold('fails '), examples.fails],
    [bold('passes '), examples.passes],
    [],
    [dim(`docs/reference/governance-rules/${name}.md`)],
  ];
}

function documentOf(rule: GovernanceRule): object {
  const { id, name, severity, waivableBy, why, examples } = rule;
  return { id, name, severity, waivableBy, why, examples, clauses: clausesOf(rule) };
}

/** Those about one release, and those about the whole of a pull request. */
export function clausesOf({ clauses, change = [] }: GovernanceRule): readonly { readonly name: string; readonly when: string }[] {
  return [...clauses, ...change].map(({ name, when }) => ({ name, when }));
}

function shortOf(id: string): string {
  return id.replace(/^MOBY-/, '');
}
