import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffAbi, platformsToCompare, type AbiSide } from '@moby/abi';
import {
  fileDigests,
  judge,
  readContents,
  type PublishedVersion,
  type Question,
  type ReleaseContents,
  type Report,
  type Witness,
} from '@moby/governor';
import { checkout, expectGolden } from '@moby/testkit';
import { expect, test } from 'vitest';

const library = join(checkout, 'components');
/** Revisions that the library had before, as they were. */
const recorded = join(import.meta.dirname, 'packages', 'history');

type Files = ReadonlyMap<string, Uint8Array>;

interface Step {
  readonly name: string;
  readonly before: Files;
  readonly after: Files;
  readonly line: string;
  readonly lineBefore: string;
}

interface Judged extends Step {
  readonly report: Report;
  readonly title: string;
  readonly contents: readonly [ReleaseContents, ReleaseContents];
}

test('from each line of the library to the next, whose first release may break', async () => {
  const steps = linesOfLibrary().map(({ name, lines: [lineBefore, line] }): Step => ({
    name,
    before: filesOf(join(library, name, lineBefore)),
    after: filesOf(join(library, name, line)),
    line,
    lineBefore,
  }));
  expect(steps.length).toBeGreaterThan(40);
  const judged = await Promise.all(steps.map(judgeStep));
  for (const one of judged) {
    expect(witnessesLack(one), one.title).toEqual([]);
    expect(ruleNames(one.report, 'MOBY-V5'), one.title).toEqual([]);
  }
  // A kernel has more to tell than all others together.
  const [kernels, others] = [judged.filter(({ name }) => name === 'linux'), judged.filter(({ name }) => name !== 'linux')];
  expectGolden('history-lines.txt', others.map(told).join('\n'));
  expectGolden('history-kernels.txt', kernels.map(told).join('\n'));
}, 120_000);

test('lines that upstream’s minor version holds together, taken for one', async () => {
  const steps = linesOfLibrary().flatMap(({ name, lines: [old, now] }): readonly Step[] => {
    const line = /^[0-9]+\.[0-9]+(?=\.)/.exec(now)?.[0];
    if (line === undefined || !old.startsWith(`${line}.`)) return [];
    return [{ name, before: filesOf(join(library, name, old)), after: filesOf(join(library, name, now)), line, lineBefore: line }];
  });
  expect(steps.length).toBeGreaterThan(3);
  const judged = await Promise.all(steps.map(judgeStep));
  for (const one of judged) expect(witnessesLack(one), one.title).toEqual([]);
  expectGolden('history-patches.txt', judged.map(told).join('\n'));
});

test('revisions that the library had', async () => {
  const steps = [
    revisions('netavark', '1.14', ['1.14.1', '1.14.2']),
    revisions('podman', '5.4', ['5.4.201', '5.4.202', '5.4.203']),
    kernelRevisions(),
  ];
  const judged = await Promise.all(steps.flat().map(judgeStep));
  for (const one of judged) expect(witnessesLack(one), one.title).toEqual([]);
  expectGolden('history-revisions.txt', judged.map(told).join('\n'));
});

function linesOfLibrary(): readonly { readonly name: string; readonly lines: readonly [string, string] }[] {
  return readdirSync(library).flatMap((name) => {
    const lines = readdirSync(join(library, name), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return lines.slice(1).map((line, index) => ({ name, lines: [lines[index] ?? '', line] as const }));
  });
}

function revisions(name: string, line: string, versions: readonly string[]): readonly Step[] {
  const all = versions.map((version) => filesOf(join(recorded, `${name}-${version}`)));
  return all.slice(1).map((after, index) => ({ name, before: all[index] ?? new Map(), after, line, lineBefore: line }));
}

/** The facts of the second revision named what the kernel exports, and were the same otherwise: those of the library stand for both. */
function kernelRevisions(): readonly Step[] {
  const known = filesOf(join(library, 'linux', '6.12'));
  const side = (npmVersion: string): Map<string, Uint8Array> => new Map([...known, ...filesOf(join(recorded, `linux-${npmVersion}`))]);
  const [before, after] = [side('6.12.11801'), side('6.12.11802')];
  const facts = JSON.parse(Buffer.from(before.get('facts.json') ?? '').toString());
  delete facts.platforms['linux/amd64'].kernel.symbols;
  before.set('facts.json', Buffer.from(JSON.stringify(facts)));
  before.delete('kernel-symbols.json');
  return [{ name: 'linux', before, after, line: '6.12', lineBefore: '6.12' }];
}

function filesOf(folder: string): Files {
  const paths = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return new Map(
    paths.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const own = path.slice(folder.length + 1);
      return [own === 'manifest.json' ? 'package.json' : own, readFileSync(path)];
    }),
  );
}

async function judgeStep(step: Step): Promise<Judged> {
  const [old, now] = await Promise.all([contentsOf(step.before), contentsOf(step.after)]);
  const question: Question = {
    door: { kind: 'publish' },
    release: { label: '', files: step.after, line: step.line },
    published: [publishedOf(step, old)],
    names: { components: [], tombstones: [] },
    payload: { kind: 'unproven', why: 'no payload is at hand' },
  };
  const title = `${step.name} ${old.manifest.version} → ${now.manifest.version}`;
  return { ...step, report: await judge(question), title, contents: [old, now] };
}

async function contentsOf(files: Files): Promise<ReleaseContents> {
  const contents = await readContents(files);
  if (contents === undefined) throw new Error('a component of the library can’t be read');
  return contents;
}

function publishedOf({ before, lineBefore }: Step, contents: ReleaseContents): PublishedVersion {
  const { version } = JSON.parse(Buffer.from(before.get('package.json') ?? '').toString());
  return {
    npmVersion: version,
    version: contents.manifest.version,
    line: lineBefore,
    state: 'active',
    contents,
    digests: fileDigests(before),
  };
}

/** Sentences of `abi diff` that neither a witness has nor, for what can't be compared, a finding. */
function witnessesLack({ contents: [old, now], report }: Judged): readonly string[] {
  const side = ({ manifest, facts, symbols, kernelSymbols }: ReleaseContents): AbiSide => {
    if (facts === undefined) throw new Error(`${manifest.name} has no facts`);
    return { platforms: platformsToCompare(facts, symbols, kernelSymbols), declared: manifest };
  };
  const { breaks, adds, changes, unknown } = diffAbi(side(old), side(now));
  const said = new Set(report.bump?.witnesses.map(({ sentence }) => sentence));
  return [
    ...[...breaks, ...adds, ...changes].filter(({ sentence }) => !said.has(sentence)),
    ...unknown.filter(({ sentence }) => !report.findings.some(({ name, message }) => name === 'undecidable' && message.includes(sentence))),
  ].map(({ sentence }) => sentence);
}

function ruleNames({ findings }: Report, beginning: string): readonly string[] {
  return findings.filter(({ rule }) => rule.startsWith(beginning)).map(({ name, message }) => `${name}: ${message}`);
}

function told({ title, line, lineBefore, report }: Judged): string {
  const { declared, required, witnesses } = report.bump ?? { declared: 'unknown', required: 'unknown', witnesses: [] };
  const place = line === lineBefore ? `the line ${line}` : `the line ${line} after ${lineBefore}`;
  return [
    `# ${title}, ${place}: ${declared}, and ${required} is asked for`,
    ...witnesses.map(({ change, requires, sentence }: Witness) => `${requires} ${change}: ${sentence}`),
    ...ruleNames(report, 'MOBY-V').map((finding) => `=> ${finding}`),
    '',
  ].join('\n');
}
