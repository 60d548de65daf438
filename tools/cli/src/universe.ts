import { readFile, stat } from 'node:fs/promises';
import { Failure } from '@moby/model';
import { answerUniverse, universeLimits } from '@moby/resolver';
import { refusedBy, type Outcome } from './outcome.ts';
import { dim, type Line } from './reporter/line.ts';
import { table } from './reporter/table.ts';

/** Solves a universe file (docs/reference/universe.md). Throws `usage` where there is no such file. */
export async function resolveUniverse(file: string): Promise<Outcome> {
  const { exitCode, document, findings } = await answerUniverse({ file, text: await readUniverse(file) });
  if (document === undefined) return { ...refusedBy(findings), exitCode: 2 };
  if (document.status === 'solved') {
    const rows = Object.entries(document.versions).map(([key, version]): readonly Line[] => [[key], [version]]);
    return {
      kind: 'done',
      value: document,
      lines: [...table(rows, { indent: '' }), ...document.dropped.map((name): Line => [dim(`without ${name}, which is only recommended`)])],
    };
  }
  const [message = '', ...details] = document.explanation.split('\n');
  const code = document.status === 'unsolvable' ? 'no-solution' : 'gave-up';
  return {
    kind: 'refused',
    code,
    message,
    hints: [],
    findings: [{ severity: 'error', code, message, details }],
    value: document,
    exitCode: exitCode === 2 ? 2 : 1,
  };
}

async function readUniverse(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new Failure({ code: 'usage', message: `\`--universe ${file}\`: there is no such file` });
  if (found.size > universeLimits.maxBytes)
    throw new Failure({ code: 'usage', message: `\`${file}\` has ${found.size} bytes; a universe has at most ${universeLimits.maxBytes}` });
  return readFile(file, 'utf8');
}
