import { checkFolder, type RootFinding } from '@moby/composer';
import { Failure } from '@moby/model';
import { parsePlatform } from '../assembly-line.ts';
import type { Outcome } from '../outcome.ts';
import { dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { coloured } from './checked.ts';

export interface RootQuestion {
  readonly folder: string;
  readonly platform?: string | undefined;
  /** As `x86-64-v2`. */
  readonly cpu?: string | undefined;
  /** Show what is only told, too. */
  readonly edges: boolean;
  readonly assembly?: string | undefined;
}

const levels = ['error', 'unknown', 'warn', 'silent', 'info'] as const;
/** More programs than this are counted. */
const maxPrograms = 3;

/** An unpacked root's findings; exit code 1 where one is an error. */
export function checkedRoot({ folder, platform, cpu, edges, assembly }: RootQuestion): Outcome {
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
  const counts = Object.fromEntries(levels.map((level) => [level, checked.findings.filter((finding) => finding.level === level).length]));
  const told = levels.filter((level) => level === 'error' || (counts[level] ?? 0) > 0).map((level) => `${counts[level] ?? 0} ${level}`);
  return {
    kind: 'done',
    value: { root: folder, platform: checked.platform, checked: checked.checked, counts, findings },
    lines: [
      ...table(findings.flatMap(rowsOf)),
      [`${checked.checked} programs, libraries and scripts of ${checked.platform}: ${told.join(', ')}`],
    ],
    exitCode: (counts['error'] ?? 0) > 0 ? 1 : 0,
  };
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
