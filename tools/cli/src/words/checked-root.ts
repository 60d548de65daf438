import { rules } from '@moby/abi';
import { checkFolder, type RootFinding } from '@moby/composer/root';
import { Failure } from '@moby/model';
import { parsePlatform } from '../assembly-line.ts';
import type { Outcome } from '../outcome.ts';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { findingsOfRoot } from '../sarif/check-findings.ts';
import { sarifLog } from '../sarif/sarif-log.ts';
import { coloured } from './checked.ts';

export interface RootQuestion {
  readonly folder: string;
  readonly platform?: string | undefined;
  /** As `x86-64-v2`. */
  readonly cpu?: string | undefined;
  /** Show what is only told, too. */
  readonly edges: boolean;
  readonly assembly?: string | undefined;
  readonly format: 'text' | 'json' | 'sarif';
  /** Why each rule that has spoken is there. */
  readonly explain: boolean;
}

const levels = ['error', 'unknown', 'warn', 'silent', 'info'] as const;
/** More programs than this are counted. */
const maxPrograms = 3;

/** An unpacked root's findings; exit code 1 where one is an error. */
export function checkedRoot({ folder, platform, cpu, edges, assembly, format, explain }: RootQuestion): Outcome {
  if (assembly !== undefined)
    throw new Failure({
      code: 'usage',
      message: `\`--root\` judges a folder, and \`${assembly}\` is an assembly`,
      hints: ['name one of them'],
    });
  const known = parsePlatform(platform);
  const checked = checkFolder({
    folder,
    ...(known === undefined ? {} : { platform: known }),
    ...(cpu === undefined ? {} : { cpuLevel: Number(cpu.slice(-1)) }),
  });
  const findings = checked.findings.filter(({ level }) => edges || level !== 'info');
  const exitCode = checked.findings.some(({ level }) => level === 'error') ? 1 : 0;
  if (format === 'sarif') return { kind: 'done', value: sarifLog(findingsOfRoot(findings)), lines: [], isDocument: true, exitCode };
  const counts = Object.fromEntries(levels.map((level) => [level, checked.findings.filter((finding) => finding.level === level).length]));
  const told = levels.filter((level) => level === 'error' || (counts[level] ?? 0) > 0).map((level) => `${counts[level] ?? 0} ${level}`);
  return {
    kind: 'done',
    value: { root: folder, platform: checked.platform, checked: checked.checked, counts, findings },
    lines: [
      ...table(findings.flatMap(rowsOf)),
      ...(explain ? reasonLines(findings) : []),
      [`${checked.checked} programs, libraries and scripts of ${checked.platform}: ${told.join(', ')}`],
    ],
    exitCode,
  };
}

function reasonLines(findings: readonly RootFinding[]): readonly Line[] {
  const used = new Set<string>(findings.map(({ rule }) => rule));
  return rules.filter(({ id }) => used.has(id)).map(({ id, why }): Line => [bold(id), dim(`: ${why}`)]);
}

function rowsOf({ level, rule, file, message, programs, hints }: RootFinding): readonly (readonly Line[])[] {
  const others = programs.filter((program) => program !== file);
  const more = others.length > maxPrograms ? ` and ${others.length - maxPrograms} more` : '';
  return [
    [[coloured(level)], [dim(rule)], [message]],
    ...(others.length === 0 ? [] : [[[], [], [dim(`loaded by ${others.slice(0, maxPrograms).join(', ')}${more}`)]]]),
    ...hints.map((hint) => [[], [], [dim(hint)]]),
  ];
}
