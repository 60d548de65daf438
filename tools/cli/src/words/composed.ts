import { relative } from 'node:path';
import type { RunOutline } from '@moby/composer/again';
import { formatBytes, type Diagnostic } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { bold, dim, yellow, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { rootsDocument } from './resolved.ts';

const shownHexDigits = 8;

/** What `assemble` says of an artifact; `typed` asks for it again, as an assembly's name and flags. */
export function assembledOutcome(outline: RunOutline, warnings: readonly Diagnostic[], typed: string): Outcome {
  return {
    kind: 'done',
    value: composedDocument(outline, warnings),
    lines: composedLines(outline),
    next: [[], [`boot it: moby-compose run ${typed}`]],
  };
}

/** The artifact, as `assemble` shows it: its folder and size, then its files. */
function composedLines({ artifact, folder }: Pick<RunOutline, 'artifact' | 'folder'>): readonly Line[] {
  const { sizeBytes, budgetBytes } = artifact;
  const over = budgetBytes !== undefined && sizeBytes > budgetBytes;
  const size = budgetBytes === undefined ? formatBytes(sizeBytes) : `${formatBytes(sizeBytes)} of a budget of ${roundBytes(budgetBytes)}`;
  const files = artifact.files.map((file): readonly Line[] => [
    [file.name],
    [formatBytes(file.sizeBytes)],
    [dim(`${file.digest.slice(0, 'sha256:'.length + shownHexDigits)}…`)],
  ]);
  return [
    [bold(shownFolder(folder)), `  ${''.padEnd(Math.max(0, 33 - shownFolder(folder).length))}`, over ? yellow(size) : size],
    ...table(files, { right: [1] }),
  ];
}

/** A budget is written by hand, mostly in whole units: `24 MB`. */
function roundBytes(bytes: number): string {
  return formatBytes(bytes).replace(/\.0 /, ' ');
}

/** A folder as it is typed from here, with the slash that says what it is. */
export function shownFolder(folder: string): string {
  const near = relative(process.cwd(), folder);
  return `${near === '' ? '.' : near.startsWith('../../') ? folder : near}/`;
}

function composedDocument(outline: RunOutline, findings: readonly Diagnostic[]): object {
  const { assembly, artifact, folder, unchanged, lockFile, lockState, roots, verdicts } = outline;
  const { name, version, file } = assembly;
  return {
    assembly: { name, version, file },
    platform: artifact.platform,
    folder,
    unchanged,
    files: artifact.files,
    sizeBytes: artifact.sizeBytes,
    ...(artifact.budgetBytes === undefined ? {} : { budgetBytes: artifact.budgetBytes }),
    lock: { file: lockFile, state: lockState },
    components: rootsDocument({ roots }),
    check: verdicts,
    findings,
  };
}
