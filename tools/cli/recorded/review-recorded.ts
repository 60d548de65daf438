/**
 * Recorded changes to this repository's own library, laid over HEAD and judged by `moby-compose review`; without a network:
 *
 *     npm run review:recorded                 all of them
 *     npm run review:recorded -- readme       these
 *
 * Prints a line for each, and what was said of those of which something else was expected. The exit code is 1 if there are any.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ReviewReport } from '@moby/governor';
import { removeFolder, runCli, temporaryFolder } from '@moby/testkit';
import { cloneLibrary, type LibraryClone } from './library-clone.ts';
import { ordinaryMessage, recordedChanges, type RecordedChange } from './recorded-changes.ts';

const exitCodes: Readonly<Record<ReviewReport['verdict'], number>> = { pass: 0, fail: 1, 'tool-error': 2, 'needs-review': 3 };
/** Reviews at a time. */
const atOnce = 2;

interface Judged {
  readonly verdict: string;
  readonly rules: readonly string[];
  readonly exitCode: number | undefined;
  readonly text: string;
}

async function main(names: readonly string[]): Promise<void> {
  const folder = temporaryFolder();
  try {
    const library = cloneLibrary(join(folder, 'library'));
    const begin = performance.now();
    let wrong = 0;
    const commits: [string, RecordedChange, string][] = [];
    for (const name of names) {
      const recorded = recordedChanges[name];
      if (recorded === undefined) throw new Error(`there is no change \`${name}\`; there are ${Object.keys(recordedChanges).join(', ')}`);
      await recorded.change(library);
      commits.push([name, recorded, library.commit(recorded.message ?? ordinaryMessage)]);
    }
    for (let at = 0; at < commits.length; at += atOnce)
      for (const lines of await Promise.all(commits.slice(at, at + atOnce).map((one) => told(one, library, folder)))) {
        if (lines.length > 1) wrong += 1;
        for (const line of lines) say(line);
      }
    const seconds = Math.round((performance.now() - begin) / 1000);
    say(`recorded changes: ${commits.length - wrong} as expected, ${wrong} otherwise, in ${seconds} s`);
    if (wrong > 0) process.exitCode = 1;
  } finally {
    await removeFolder(folder);
  }
}

/** One line where all is as expected. */
async function told(
  [name, recorded, commit]: readonly [string, RecordedChange, string],
  library: LibraryClone,
  folder: string,
): Promise<readonly string[]> {
  const judged = await reviewed({
    library,
    commit,
    facts: factsFile({ folder, head: commit, components: library.names('components'), isSeen: recorded.isUnseen !== true }),
  });
  const isSo =
    judged.verdict === recorded.verdict &&
    judged.exitCode === exitCodes[recorded.verdict] &&
    judged.rules.join() === [...recorded.rules].sort().join();
  const rules = judged.rules.length === 0 ? '' : `, by ${judged.rules.join(', ')}`;
  const line = `${isSo ? 'ok ' : 'NOT'} ${name}: ${recorded.about}: ${judged.verdict}${rules}`;
  if (isSo) return [line];
  return [
    line,
    `    expected: ${recorded.verdict}, by ${recorded.rules.join(', ') || 'no rule'}`,
    ...judged.text
      .trimEnd()
      .split('\n')
      .map((one) => `    ${one}`),
  ];
}

interface ToJudge {
  readonly library: LibraryClone;
  readonly commit: string;
  readonly facts: string;
}

async function reviewed({ library, commit, facts }: ToJudge): Promise<Judged> {
  const args = ['review', '--repo', library.folder, '--base', library.head, '--head', commit, '--facts', facts, '--json'];
  const { stdout, stderr, exitCode } = await runCli(args);
  if (stdout === '') throw new Error(stderr);
  const report: ReviewReport = JSON.parse(stdout);
  const rules = [...new Set(report.findings.map(({ rule, name }) => `${rule.replace('MOBY-', '')} ${name}`))].sort();
  const text = report.findings.map(({ rule, path, message }) => `${rule} ${path}: ${message}`).join('\n');
  return { verdict: report.verdict, rules, exitCode, text: report.cause === undefined ? text : report.cause.message };
}

interface ToTell {
  readonly folder: string;
  readonly head: string;
  readonly components: readonly string[];
  readonly isSeen: boolean;
}

/** What a forge would say: a contributor who is known, and two stewards of two organisations who have looked at this head. */
function factsFile({ folder, head, components, isSeen }: ToTell): string {
  const file = join(folder, `${head}.json`);
  const ann = { id: 11, login: 'ann' };
  const steward = (id: number, login: string, organisation: string): unknown => ({
    id,
    login,
    organisation,
    role: 'steward',
    state: 'approved',
    commit: head,
  });
  const facts = {
    form: 1,
    head,
    author: { ...ann, mergedChanges: 12 },
    pusher: ann,
    reviews: isSeen ? [steward(21, 'sue', 'Sycamore'), steward(22, 'stan', 'Spruce')] : [],
    logins: { 11: 'ann' },
    components: Object.fromEntries(components.map((name) => [name, { daysSinceOwnersChanged: 400, releasers: [11] }])),
  };
  writeFileSync(file, JSON.stringify(facts));
  return file;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { positionals } = parseArgs({ allowPositionals: true });
await main(positionals.length === 0 ? Object.keys(recordedChanges) : positionals);
