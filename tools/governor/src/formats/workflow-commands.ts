import type { Finding, Severity } from '../judge/report.ts';
import { annotationText } from './check-annotations.ts';
import { harmlessReport } from './harmless-report.ts';
import { relativePath } from './relative-path.ts';
import type { ReviewReport } from './review-report.ts';
import { reviewText } from './review-text.ts';
import { byGravity } from './review-words.ts';

/** GitHub shows no more of a step, of each command. */
export const maxCommandsPerStep = 10;

const commands = {
  error: 'error',
  'tool-error': 'error',
  review: 'warning',
  warning: 'warning',
  hint: 'notice',
} as const satisfies Readonly<Record<Severity, string>>;

/**
 * For the log of a step on GitHub: the text, in which no command is looked for, and the gravest findings as annotations.
 * `stopToken` ends that part, and whoever can guess it can give commands: sixteen characters and more, by chance.
 */
export function workflowCommands(report: ReviewReport, stopToken: string): string {
  if (!/^[0-9A-Za-z]{16,}$/.test(stopToken)) throw new RangeError('a stop token has sixteen letters and digits at least');
  const { findings } = harmlessReport(report);
  const kinds = ['error', 'warning', 'notice'] as const;
  const told = kinds.map((kind) => {
    const all = byGravity(findings).filter(({ severity }) => commands[severity] === kind);
    return { kind, shown: all.slice(0, maxCommandsPerStep), leftOut: Math.max(all.length - maxCommandsPerStep, 0) };
  });
  const leftOut = told.flatMap(({ kind, leftOut: count }) => (count === 0 ? [] : [`${count} of level ${kind}`]));
  return [
    `::stop-commands::${stopToken}`,
    reviewText(report).trimEnd(),
    ...(leftOut.length === 0 ? [] : ['', `a step shows ${maxCommandsPerStep} of each level: without annotation are ${leftOut.join(', ')}`]),
    `::${stopToken}::`,
    ...told.flatMap(({ shown }) => shown.map(commandOf)),
    '',
  ].join('\n');
}

function commandOf(finding: Finding): string {
  const { rule, name, severity, path, line, column } = finding;
  const file = relativePath(path);
  const place = file === '' ? {} : { file, line: String(line), col: String(column) };
  const properties = Object.entries({ ...place, title: `${rule} ${name}` }).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${commands[severity]} ${properties.join(',')}::${escapeData(annotationText(finding))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
