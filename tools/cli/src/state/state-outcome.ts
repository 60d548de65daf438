import { writeText } from '@moby/composer';
import { stateNames, waysFrom, withState, type HistoryEntry, type State, type StateRule, type Way } from '@moby/governor';
import { Failure, nearest } from '@moby/model';
import { refusedBy, type Outcome } from '../outcome.ts';
import type { PlaceFlags } from '../places.ts';
import { bold, dim, green, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import type { Session } from '../session.ts';
import { readStanding, type Standing } from './read-standing.ts';

export interface StateFlags extends PlaceFlags {
  readonly change?: string | undefined;
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  readonly evidence?: string | undefined;
  readonly successor?: string | undefined;
  readonly date?: string | undefined;
}

export interface StateOptions {
  readonly name: string;
  /** The state that it is to have; where it is missing, the one that it has is told. */
  readonly state: string | undefined;
  readonly flags: StateFlags;
  readonly session: Session;
}

/** Shows where a component stands, or writes another state into OWNERS.yaml. Throws `not-found`, `usage`, `invalid-input`, `io`. */
export async function stateOutcome({ name, state, flags, session }: StateOptions): Promise<Outcome> {
  const read = await readStanding(name, flags);
  if (!read.ok) return refusedBy(read.findings);
  if (state !== undefined) return changeOutcome(read.value, { state, flags });
  for (const flag of entryFlags)
    if (flags[flag] !== undefined)
      throw usage(`\`--${flag}\` goes with the state that the component is to have`, [
        `${session.invocation} component state ${name} STATE --${flag} …`,
      ]);
  return showOutcome(read.value);
}

const entryFlags = ['change', 'actor', 'reason', 'evidence', 'successor', 'date'] as const;

function showOutcome(standing: Standing): Outcome {
  const { owners, file, rule } = standing;
  const ways = waysOut(standing);
  const history = owners.history ?? [];
  const { component } = standing;
  return {
    kind: 'done',
    value: { component, state: owners.lifecycle, file, history, ways: ways.map(shownWay) },
    lines: [
      [bold(component), ` · ${owners.lifecycle}${rule === undefined ? '' : `: ${rule.means}`}`],
      ...(rule === undefined ? [] : ruleLines(rule)),
      ...(history.length === 0 ? [] : [['history'] as const, ...table(history.map(historyRow))]),
      [ways.length === 0 ? 'no way leads on from here' : 'from here it may become'],
      ...ways.flatMap(wayLines),
    ],
    ...(ways.length === 0
      ? {}
      : { next: [[], [`npx moby-compose component state ${component} STATE --change NUMBER --actor ID`, dim('  writes it into '), file]] }),
  };
}

function ruleLines({ assemble, resolve, changes }: StateRule): readonly Line[] {
  return table([
    [[dim('assembling with it')], [assemble]],
    [[dim('a new resolution')], [resolve]],
    [[dim('pull requests')], [changes]],
  ]);
}

function historyRow({ from, to, change, actor, date, reason, evidence }: HistoryEntry): readonly Line[] {
  const why = [reason, evidence].filter((part) => part !== undefined).join(' · ');
  return [[date], [from === undefined ? to : `${from} → ${to}`], [`change ${change}, by ${actor}${why === '' ? '' : `: ${why}`}`]];
}

function wayLines({ to, people, conditions, followUp }: Way): readonly Line[] {
  return [
    ['  ', bold(to), `  agreed to by ${people.join(' and ')}`],
    ...conditions.map((condition): Line => [`    with: ${condition}`]),
    ...(followUp === undefined ? [] : [[`    afterwards: ${followUp}`]]),
  ];
}

async function changeOutcome(
  standing: Standing,
  { state, flags }: { readonly state: string; readonly flags: StateFlags },
): Promise<Outcome> {
  const { component, owners, file, path, text, readText } = standing;
  const to = stateNames.find((name) => name === state);
  if (to === undefined) throw unknownState(state);
  const ways = waysOut(standing).filter((way) => way.to === to);
  if (ways.length === 0) throw noWay(standing, to);
  const entry = entryOf(flags, { from: owners.lifecycle, to });
  const next = await withState({ text, entry, ...(flags.successor === undefined ? {} : { successor: flags.successor }) });
  const after = await readText(next);
  if (!after.ok)
    throw new Failure({
      code: 'usage',
      message: `\`${file}\` would not be in order with this; it was left as it is`,
      findings: after.findings,
      hints: ['`--change` is a number or an address, `--actor` a number or a name, `--successor` a name of a component'],
    });
  await writeText(path, next);
  return {
    kind: 'done',
    value: {
      component,
      state: to,
      file,
      history: after.value.history ?? [],
      ways: ways.map(shownWay),
      changed: { from: owners.lifecycle, to },
    },
    lines: [[green('✔'), ` ${component}: ${owners.lifecycle} → ${to}, written into ${file}`], ...deciderLines(ways, standing)],
    next: [[], [`propose it by a pull request; nothing else has changed`]],
  };
}

/** Who has to say yes; `or` before each further way. */
function deciderLines(ways: readonly Way[], { holders }: Standing): readonly Line[] {
  return ways.flatMap(({ by, people, conditions, followUp }, index): readonly Line[] => {
    const known = [...new Set(by.flatMap(({ role }) => holders(role)))];
    return [
      [
        `  ${index === 0 ? 'it needs the word of' : 'or that of'} ${people.join(' and ')}`,
        ...(known.length === 0 ? [] : [dim(` (${known.join(', ')})`)]),
      ],
      ...conditions.map((condition): Line => [`    with: ${condition}`]),
      ...(followUp === undefined ? [] : [[`    afterwards: ${followUp}`]]),
    ];
  });
}

function entryOf(flags: StateFlags, { from, to }: { readonly from: State; readonly to: State }): HistoryEntry {
  const { change, actor, reason, evidence } = flags;
  if (change === undefined || actor === undefined)
    throw usage('history says which pull request asks for the change, and who', [
      `--change NUMBER --actor ID; open the pull request first, where it has no number yet`,
    ]);
  const date = flags.date ?? new Date().toISOString().slice(0, 10);
  if (!isDay(date)) throw usage(`\`${date}\` is no day of the calendar`, ['--date 2027-01-31']);
  return {
    from,
    to,
    change: numberOrText(change),
    actor: numberOrText(actor),
    date,
    ...(evidence === undefined ? {} : { evidence }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function numberOrText(text: string): number | string {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : text;
}

function waysOut({ lifecycle, owners }: Standing): readonly Way[] {
  const previous = owners.history?.findLast(({ to }) => to === owners.lifecycle)?.from;
  return waysFrom(lifecycle, owners.lifecycle, previous);
}

function shownWay({ to, people, conditions, followUp }: Way): object {
  return { to, people, conditions, ...(followUp === undefined ? {} : { followUp }) };
}

function unknownState(state: string): Failure {
  const meant = nearest(state, new Set(stateNames));
  return usage(`there is no state \`${state}\``, [...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]), stateNames.join(', ')]);
}

function noWay(standing: Standing, to: string): Failure {
  const { component, owners } = standing;
  const ways = [...new Set(waysOut(standing).map((way) => way.to))];
  return new Failure({
    code: 'invalid-input',
    message:
      owners.lifecycle === to
        ? `\`${component}\` is \`${to}\` already`
        : `no way leads from \`${owners.lifecycle}\` to \`${to}\`: \`${component}\` is left as it is`,
    hints: [
      ways.length === 0
        ? `\`${owners.lifecycle}\` is not left again`
        : `from \`${owners.lifecycle}\` it may become ${ways.map((way) => `\`${way}\``).join(', ')}`,
      `what each needs: npx moby-compose component state ${component}`,
    ],
  });
}

function usage(message: string, hints: readonly string[]): Failure {
  return new Failure({ code: 'usage', message, hints });
}
