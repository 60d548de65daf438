import type { ComponentChange, Granted, JudgedDiff, LockDiff } from '@moby/composer';
import { openLine } from '@moby/composer/line';
import { Failure, formatBytes, upstreamOf, type Judged } from '@moby/model';
import type { AssemblyFlags } from '../assembly-flags.ts';
import { openAssembly, parsePlatform } from '../assembly-line.ts';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { bold, dim, green, red, yellow, type Line, type Span } from '../reporter/line.ts';
import { renderTrouble } from '../reporter/render-trouble.ts';
import { table } from '../reporter/table.ts';
import { surroundingsOf } from '../surroundings.ts';

export interface DiffQuestion {
  readonly old: string | undefined;
  readonly new: string | undefined;
  readonly flags: AssemblyFlags & { readonly 'exit-code': boolean };
}

/** Exit code 0 also where there are differences, unless `--exit-code` asks for 1; 1 where the new state is refused. */
export async function lockDiffOutcome(question: DiffQuestion, session: Session): Promise<Outcome> {
  const diffed = await diffOf(question, session);
  if (!diffed.ok) return refusedBy(diffed.findings);
  const diff = diffed.value;
  const refused = diff.refusals.length === 0 ? undefined : refusedBy(diff.refusals);
  session.reporter.settle();
  return {
    kind: 'done',
    value: diff,
    lines: diffLines(diff),
    ...(refused === undefined ? {} : { next: [[], ...renderTrouble(refused)] }),
    exitCode: refused !== undefined || (question.flags['exit-code'] && diff.differs) ? 1 : 0,
  };
}

async function diffOf({ old, new: now, flags }: DiffQuestion, session: Session): Promise<Judged<JudgedDiff>> {
  if (now !== undefined && old !== undefined) {
    const varied = (['with', 'without', 'replace'] as const).find((name) => (flags[name] ?? []).length > 0);
    if (varied !== undefined)
      throw new Failure({ code: 'usage', message: `\`--${varied}\` tries something with an assembly, and two locks are compared` });
    const line = await openLine(await surroundingsOf(flags, session));
    return line.diffLocks({ locks: [old, now], platform: parsePlatform(flags.platform) });
  }
  if (old?.endsWith('.json') === true)
    throw new Failure({
      code: 'usage',
      message: `\`${old}\` is a lock: name the one that it is compared with`,
      hints: ['moby-compose diff OLD NEW'],
    });
  const opened = await openAssembly(old, flags, session);
  return opened.ok ? opened.value.line.diff(opened.value.request) : opened;
}

function diffLines(diff: LockDiff): readonly Line[] {
  const head: Line = [bold(diff.old), ' → ', bold(diff.new), dim(` · ${diff.platform}`)];
  if (!diff.differs) return [head, ['  nothing is different']];
  const rows = diff.components.flatMap(componentRows);
  return [
    head,
    ...table(rows, { right: [2] }),
    ['  ', ...sizeWords(diff), ' · ', ...privilegeWords(diff.privileges)],
    ...granted('privilege', diff.privileges),
    ...granted('port', diff.ports),
    ...verdictLines(diff),
    ...(diff.assemblyDiffers
      ? [[dim('  the assembly has changed since it was locked: ports and capabilities that it gave by itself are not compared')]]
      : []),
    ...(diff.unknown.length === 0
      ? []
      : [[dim(`  not in the library as they were locked, so only versions and sizes are told of them: ${diff.unknown.join(', ')}`)]]),
  ];
}

function componentRows({ name, change, before, after, payloadBytes, capabilities }: ComponentChange): readonly (readonly Line[])[] {
  const offers = capabilities.map((one) => `${one.name} ${one.before ?? '–'} → ${one.after ?? '–'}`).join(', ');
  const sizes =
    change === 'gone'
      ? formatBytes(payloadBytes.before)
      : change === 'new' || payloadBytes.before === payloadBytes.after
        ? formatBytes(payloadBytes.after)
        : `${formatBytes(payloadBytes.before)} → ${formatBytes(payloadBytes.after)}`;
  return [[[signs[change]], [`${name} ${versionWords(change, before, after)}`], [sizes], [dim(offers)]]];
}

const signs: Readonly<Record<ComponentChange['change'], Span>> = {
  new: green('+'),
  gone: red('-'),
  upgrade: green('↑'),
  downgrade: yellow('↓'),
  changed: '~',
  moved: '~',
};

function versionWords(change: ComponentChange['change'], before: readonly string[], after: readonly string[]): string {
  const shown = (versions: readonly string[]): string => versions.map(upstreamOf).join(' and ');
  switch (change) {
    case 'new':
      return shown(after);
    case 'gone':
      return shown(before);
    case 'changed':
      return `${after.join(' and ')}, changed`;
    case 'moved':
      return `${shown(after)}, in other roots`;
    case 'upgrade':
    case 'downgrade':
      return shown(before) === shown(after) ? `${before.join(' and ')} → ${after.join(' and ')}` : `${shown(before)} → ${shown(after)}`;
  }
}

/** The artifact's size where both are known; else what the payloads have. */
function sizeWords({ size }: LockDiff): Line {
  const { payload, artifact, budgetBytes } = size;
  const budget = budgetBytes === undefined ? '' : `the budget of ${formatBytes(budgetBytes).replace(/\.0 /, ' ')}`;
  if (artifact.before !== undefined && artifact.after !== undefined) {
    const isOver = budgetBytes !== undefined && artifact.after > budgetBytes;
    const words = `size ${arrow(artifact.before, artifact.after)}`;
    return budget === '' ? [words] : [words, isOver ? yellow(` (over ${budget})`) : ` (within ${budget})`];
  }
  const known = artifact.before ?? artifact.after;
  const which = artifact.before === undefined ? 'new' : 'old';
  return [
    `payloads ${arrow(payload.before, payload.after)}`,
    ...(known === undefined ? [] : [`, the ${which} artifact has ${formatBytes(known)}`]),
    ...(budget === '' ? [] : [` (${budget} is for the artifact)`]),
  ];
}

function arrow(before: number, after: number): string {
  const [old, now] = [formatBytes(before), formatBytes(after)];
  return old === now ? now : `${old} → ${now}`;
}

function privilegeWords({ added, removed }: Granted): Line {
  if (added.length === 0) return [`privileges: none added${removed.length === 0 ? '' : `, ${removed.length} removed`}`];
  return [yellow(`privileges: ${added.length} added${removed.length === 0 ? '' : `, ${removed.length} removed`}`)];
}

function granted(what: string, { added, removed }: Granted): readonly Line[] {
  return [
    ...added.map((one): Line => ['  ', what === 'privilege' ? yellow('+') : green('+'), ` ${what}  ${one}`]),
    ...removed.map((one): Line => ['  ', red('-'), ` ${what}  ${one}`]),
  ];
}

const levels = ['error', 'unknown', 'warn', 'silent'] as const;

function verdictLines({ verdicts }: LockDiff): readonly Line[] {
  const words = (counts: LockDiff['verdicts']['before']): string => {
    if (counts === undefined) return 'not known';
    const bad = levels.flatMap((level) => (counts[level] > 0 ? [`${counts[level]} ${level}`] : []));
    return bad.length === 0 ? `all ${counts.ok + counts.info} edges fit` : `${counts.ok + counts.info} edges fit, ${bad.join(', ')}`;
  };
  const [before, after] = [words(verdicts.before), words(verdicts.after)];
  return [
    [before === after ? `  check: ${after}` : `  check: ${before} → ${after}`],
    ...verdicts.worse.map((sentence): Line => ['    ', red('+'), ` ${sentence}`]),
    ...verdicts.better.map((sentence): Line => ['    ', green('-'), ` ${sentence}`]),
  ];
}
