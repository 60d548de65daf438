import {
  catalogue,
  checkAnnotations,
  commentTag,
  maxAnnotationsPerRequest,
  maxCommandsPerStep,
  maxCommentCharacters,
  maxSarifResults,
  renderReview,
  reviewExitCodes,
  reviewFormats,
  reviewLines,
  type ReviewFormat,
  type ReviewLook,
  type ReviewReport,
} from '@moby/governor';
import { documentFindings, expectGolden, sarifFindings } from '@moby/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { junitFindings } from './junit-findings.ts';
import { hostileReport, longReport, nasty, ordinary } from './reports.ts';

const token = 'k3J9vQ2mX7pL5sR8';
const rules = catalogue.filter(({ id }) => id === 'MOBY-V506' || id === 'MOBY-V504');
const pages = 'https://moby.example/rules/';
const render = (report: ReviewReport, format: ReviewFormat, look: Partial<ReviewLook> = {}): string =>
  renderReview(report, { format, rules, stopToken: token, ...look });

/** All that contributed text comes out in, by the names of golden files. */
const outputs: Readonly<Record<string, (report: ReviewReport) => string>> = {
  'text.txt': (report) => render(report, 'text'),
  // With what a merge waits for, which a report that fails has no use for.
  'waiting.txt': (report) => render({ ...report, verdict: 'needs-review' }, 'text'),
  'json.json': (report) => render(report, 'json'),
  'markdown.md': (report) => render(report, 'markdown'),
  'sarif.json': (report) => render(report, 'sarif', { rules: [], pages }),
  'github.txt': (report) => render(report, 'github'),
  'annotations.json': (report) => `${JSON.stringify(checkAnnotations(report), undefined, 2)}\n`,
  'junit.xml': (report) => render(report, 'junit'),
};

test('every format is looked at', () => {
  expect(Object.keys(outputs).map((file) => file.split('.')[0])).toEqual(expect.arrayContaining([...reviewFormats]));
});

describe.each(Object.entries(outputs))('%s', (name, output) => {
  test('an ordinary report reads as it should', () => {
    expectGolden(`review-ordinary-${name}`, output(ordinary));
  });

  test('a hostile report stays text', () => {
    expectGolden(`review-hostile-${name}`, output(hostileReport(nasty)));
  });
});

/** What no format lets through, whoever reads it. */
const unseen =
  // oxlint-disable-next-line no-misleading-character-class -- each of them is looked for by itself
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]|\p{Cs}/u;

/** What a runner of workflows would obey, apart from what the format is made of. */
function commandsIn(output: string): readonly string[] {
  const own = [`::stop-commands::${token}`, `::${token}::`];
  return output
    .split('\n')
    .filter((line) => line.includes('##[') || line.trimStart().startsWith('::'))
    .filter((line) => !own.includes(line) && !/^::(?:error|warning|notice) (?:file=[^:,]*,line=7,col=3,)?title=[^:,]+::/.test(line));
}

/** What is left when the mark-up that the formats write is taken away. */
function withoutOwnTags(name: string, output: string): string {
  if (name === 'markdown.md') return output.replace(commentTag, '').replaceAll(/<\/?(?:code|sub)>|<br>/g, '');
  if (name !== 'junit.xml') return '';
  return output
    .replace('<?xml version="1.0" encoding="UTF-8"?>', '')
    .replaceAll(/<\/?(?:testsuites|testsuite|testcase|failure|error|skipped|system-out)(?: [a-z]+="[^"<]*")*\/?>/g, '');
}

const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...nasty.split(' '),
        '::error::',
        '\n::',
        ' ::x',
        '##[',
        '<',
        '&',
        '@a',
        '#1',
        '\u202e',
        '\u001b[2J',
        '\u2069\u200f',
        '\u00ad\u180e',
        '\ufff9\u{e0041}',
        '\u0085::error::x',
        '\u2028::error::x',
        '<a href="javascript:x">',
        ']]>',
        '-->',
        '`',
        '](',
        '%0A',
        '\r',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

test('whatever is contributed, no format lets through what hides, commands or marks up', async () => {
  const documents: string[] = [];
  fc.assert(
    fc.property(hostileText, (text) => {
      const report = hostileReport(text);
      for (const [name, outputOf] of Object.entries(outputs)) {
        const output = outputOf(report);
        expect(unseen.exec(output), name).toBeNull();
        expect(commandsIn(output), name).toEqual([]);
        expect(withoutOwnTags(name, output), name).not.toContain('<');
      }
      const comment = render(report, 'markdown');
      expect(comment.replaceAll(/&#[0-9]+;/g, '')).not.toMatch(/@|#[0-9]|`|\]\(|:\/\//);
      // The heading's own sign is the only one at a line's beginning, and after a mention's or a number's sign stands a gap.
      expect(comment).not.toMatch(/&#64;(?!&#8203;)|&#35;[0-9]/);
      documents.push(render(report, 'junit'));
    }),
    { numRuns: 60 },
  );
  expect(await junitFindings(...documents)).toEqual([]);
});

test('JSON and SARIF have what was contributed in values alone: they read back as the same report', () => {
  expect(JSON.parse(render(ordinary, 'json'))).toEqual(ordinary);
  expect(Object.keys(JSON.parse(render(hostileReport(nasty), 'json')))).toEqual(Object.keys(hostileReport(nasty)).sort());
});

test('JSON fits its schema, which refuses a pass that isn’t one', () => {
  expect(documentFindings('review-report', JSON.parse(render(ordinary, 'json')))).toEqual([]);
  expect(documentFindings('review-report', JSON.parse(render(hostileReport(nasty), 'json')))).toEqual([]);
  expect(documentFindings('review-report', { ...ordinary, verdict: 'pass' })).not.toEqual([]);
});

test('SARIF fits its schema with all rules, and a finding keeps its fingerprint when versions move', () => {
  const read = (report: ReviewReport, look: Partial<ReviewLook> = {}): ReturnType<typeof JSON.parse> =>
    JSON.parse(render(report, 'sarif', { rules: catalogue, ...look }));
  const log = read(ordinary, { pages });
  expect(sarifFindings(log)).toEqual([]);
  expect(sarifFindings(read(hostileReport(nasty)))).toEqual([]);
  const { driver } = log.runs[0].tool;
  expect(driver.rules.length).toBeGreaterThan(40);
  const uris = driver.rules.map(({ helpUri }: Record<string, string>) => helpUri);
  expect(uris.filter((uri: string | undefined) => !/^https:\/\/moby\.example\/rules\/[a-z-]+\.md$/.test(uri ?? ''))).toEqual([]);
  expect(read(ordinary).runs[0].tool.driver.rules[0].helpUri).toBeUndefined();
  const prints = (report: ReviewReport): readonly string[] =>
    read(report).runs[0].results.map(({ partialFingerprints }: Record<string, object>) => JSON.stringify(partialFingerprints));
  const later = {
    ...ordinary,
    findings: ordinary.findings.map((one) => ({ ...one, line: 9, message: one.message.replaceAll('2.1.', '2.2.') })),
  };
  expect(prints(later)).toEqual(prints(ordinary));
  expect(new Set(prints(ordinary)).size).toBe(prints(ordinary).length);
});

describe('a report that is too long', () => {
  const long = longReport(maxSarifResults + 100);

  test('a comment stays within its bound, shows the gravest, and says how many it leaves out', () => {
    const comment = render(long, 'markdown');
    expect(comment.length).toBeLessThanOrEqual(maxCommentCharacters);
    expect(comment.length).toBeGreaterThan(maxCommentCharacters - 2000);
    const shown = comment.match(/^- \*\*/gm)?.length ?? 0;
    expect(comment).toContain(`left out here for want of room: ${long.findings.length - shown} warnings`);
    expect(comment).toContain(`components/c${long.findings.length - 1}/package.json`);
    expect(comment).toContain('✗ an owner has approved this very head · an owner of containerd can clear it');
  });

  test('also where every text is as long as can be, in hundreds', () => {
    const hostile = hostileReport('@<|'.repeat(5000));
    const many = <Item>(items: readonly Item[]): readonly Item[] => Array.from({ length: 300 }, () => items).flat();
    const whole: ReviewReport = {
      ...hostile,
      findings: many(hostile.findings),
      waived: many(hostile.waived),
      assemblies: many(hostile.assemblies),
      autoMerge: many(hostile.autoMerge),
      unjudged: many(hostile.unjudged),
      bump: Object.fromEntries(many(Object.values(hostile.bump)).map((bump, index) => [`${'|'.repeat(500)}${index}`, bump])),
    };
    const comment = render(whole, 'markdown');
    expect(comment.length).toBeLessThanOrEqual(maxCommentCharacters);
    expect(comment.match(/left out here for want of room/g)?.length).toBe(6);
  });

  test('SARIF has as many results as are shown, and says so', () => {
    const { results, invocations } = JSON.parse(render(long, 'sarif')).runs[0];
    expect(results.length).toBe(maxSarifResults);
    expect(results[0].level).toBe('error');
    // The one that is waived has no room either.
    expect(invocations[0].toolExecutionNotifications[0].message.text).toBe('101 more results are left out: a run shows 5000');
  });

  test('a step has ten commands of a level, and names the rest; a request to a check has fifty annotations', () => {
    const log = render(longReport(120), 'github');
    expect(log.match(/^::error /gm)?.length).toBe(1);
    expect(log.match(/^::warning /gm)?.length).toBe(maxCommandsPerStep);
    expect(log).toContain('a step shows 10 of each level: without annotation are 109 of level warning');
    expect(checkAnnotations(longReport(120)).map((part) => part.length)).toEqual([maxAnnotationsPerRequest, maxAnnotationsPerRequest, 20]);
    expect(checkAnnotations({ ...ordinary, findings: [] })).toEqual([]);
  });
});

test('a stop token that could be guessed is refused', () => {
  for (const guess of ['', 'x', '::error::aaaaaaaaaaaa'])
    expect(() => render(ordinary, 'github', { stopToken: guess })).toThrow(/^a stop token has sixteen/);
});

test('a runner’s commands are escaped as it reads them', () => {
  const [finding] = ordinary.findings;
  if (finding === undefined) throw new Error('the report has no finding');
  const log = render({ ...ordinary, findings: [{ ...finding, path: 'a:b,c%d', message: '50% of a:b' }] }, 'github');
  expect(log).toContain('::warning file=a%3Ab%2Cc%25d,line=5,col=18,title=MOBY-S109 description::50%25 of a:b%0Asay what it is');
});

test('JUnit fits its schema, and has a case for each rule of each component', async () => {
  const xml = render(ordinary, 'junit');
  expect(await junitFindings(xml, render(hostileReport(nasty), 'junit'))).toEqual([]);
  // Two components; the rules that were given, three more that something was found by, and the one that nobody judged.
  expect(xml.match(/<testcase /g)?.length).toBe(2 * 6);
  expect(xml).toContain('<testcase classname="runc/1.3" name="MOBY-V506 abi-bump"/>');
});

test('the schema of JUnit refuses what isn’t of it', async () => {
  const xml = render(ordinary, 'junit');
  expect(await junitFindings(xml.replace('tests="6"', 'tests="7"'))).toEqual(['tests is 7, of 6']);
  expect(await junitFindings(xml.replace(/<testcase (.*)\/>/, '<test-case $1/>'))).toEqual([
    expect.stringContaining("Element 'test-case': This element is not expected."),
    'tests is 12, of 11',
    'tests is 6, of 5',
  ]);
  expect(await junitFindings(xml.replace('<skipped>', '<skipped message="x">'))).toEqual([
    expect.stringContaining("The attribute 'message' is not allowed."),
  ]);
  expect(await junitFindings(xml.replace('waived by', '\u0001'))).not.toEqual([]);
});

test('a report without anything to say is a line, and each verdict has its own exit', async () => {
  const quiet: ReviewReport = {
    ...ordinary,
    verdict: 'pass',
    findings: [],
    waived: [],
    unjudged: [],
    bump: {},
    assemblies: [],
    autoMerge: [],
  };
  expect(render(quiet, 'text')).toBe('pass · 61 rules passed\n');
  expect(await junitFindings(render(quiet, 'junit'))).toEqual([]);
  expect(reviewLines(quiet)[0]?.[0]).toEqual({ text: 'pass', style: 'green' });
  expect(reviewExitCodes).toEqual({ pass: 0, fail: 1, 'tool-error': 2, 'needs-review': 3 });
});

test('the same report gives the same bytes, and is left as it was', () => {
  const report = hostileReport(nasty);
  const before = JSON.stringify(report);
  for (const [name, output] of Object.entries(outputs)) expect(output(report), name).toBe(output(structuredClone(report)));
  expect(JSON.stringify(report)).toBe(before);
});
