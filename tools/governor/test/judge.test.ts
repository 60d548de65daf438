import { canonicalJson } from '@moby/model';
import { catalogue, defaultPolicy, escapeText, governanceCodes, judge, stockText, type GovernanceRule } from '@moby/governor';
import { describe, expect, test } from 'vitest';
import { questionOf } from './fixture.ts';

const rule = (id: string, severity: GovernanceRule['severity'], clauses: GovernanceRule['clauses']): GovernanceRule => ({
  id,
  name: id.toLowerCase(),
  severity,
  waivableBy: 'steward',
  why: '',
  examples: { fails: '', passes: '' },
  clauses,
});
const finds = (...messages: string[]): GovernanceRule['clauses'] => [
  { name: 'found', when: '', find: () => messages.map((message) => ({ message })) },
];

describe('the report', () => {
  test('the same question gives the same bytes, in whatever order the world is told', async () => {
    const change = { json: (json: { license: string; description: string }) => Object.assign(json, { license: 'x', description: 'tini' }) };
    const names = ['@moby/tiny', '@moby/tinj', '@moby/redis'];
    const first = canonicalJson(await judge(await questionOf({ ...change, names: { components: names } })));
    expect(canonicalJson(await judge(await questionOf({ ...change, names: { components: names.toReversed() } })))).toBe(first);
    expect(first).toContain('MOBY-N304');
  });

  test('findings are sorted by stage, number and place, whatever the order of the rules', async () => {
    const change = {
      json: (json: Record<string, unknown>) => Object.assign(json, { publishConfig: {}, scopes: {}, license: 'x', description: 'tini' }),
      line: '02',
    };
    const report = await judge(await questionOf(change), [...catalogue].reverse());
    expect(report.findings.map(({ rule: id, pointer }) => `${id} ${pointer}`)).toEqual([
      'MOBY-M210 /license',
      'MOBY-M212 /description',
      'MOBY-M214 /publishConfig',
      'MOBY-M214 /scopes',
      'MOBY-N307 ',
    ]);
    expect(report).toEqual(await judge(await questionOf(change)));
  });

  test('a place is a line and a column of package.json, below the folder that the door names', async () => {
    const question = await questionOf({ json: (json) => (json.license = 'x') });
    const { findings } = await judge({ ...question, release: { ...question.release, label: 'components/tini/0.19/' } });
    expect(findings).toMatchObject([
      { component: 'tini/0.19', path: 'components/tini/0.19/package.json', line: 5, column: 14, waivableBy: 'steward' },
    ]);
  });

  test('an error goes before a tool’s error, that before a question, and the rest passes', async () => {
    const verdict = async (...rules: GovernanceRule[]): Promise<string> => (await judge(await questionOf(), rules)).verdict;
    const [error, tool, review] = [rule('A1', 'error', finds('e')), rule('A2', 'tool-error', finds('t')), rule('A3', 'review', finds('r'))];
    const mild = [rule('A4', 'warning', finds('w')), rule('A5', 'hint', finds('h'))];
    expect(await verdict(...mild, review, tool, error)).toBe('fail');
    expect(await verdict(...mild, review, tool)).toBe('tool-error');
    expect(await verdict(...mild, review)).toBe('needs-review');
    expect(await verdict(...mild)).toBe('pass');
  });

  test('what could not be judged is never a pass', async () => {
    const report = await judge(await questionOf(), [rule('A1', 'error', [{ name: 'blind', when: '', find: () => undefined }])]);
    expect(report).toMatchObject({ verdict: 'tool-error', findings: [], passed: 0, unjudged: ['A1'] });
  });

  test('a package that nobody can read fails, and passes nothing that it was not judged by', async () => {
    const report = await judge(await questionOf({ text: () => '{' }));
    expect(report.verdict).toBe('fail');
    expect(report.unjudged.length + report.passed + new Set(report.findings.map((finding) => finding.rule)).size).toBe(catalogue.length);
    expect(report.unjudged).toContain('MOBY-N301');
  });

  test('twenty findings of one kind are told, and the rest is counted', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `finding ${String(index).padStart(2, '0')}`);
    const { findings } = await judge(await questionOf(), [rule('A1', 'error', finds(...many))]);
    expect(findings).toHaveLength(21);
    expect(findings.at(-1)?.message).toBe('finding 20, and 9 more like it');
  });

  test('text of a contributor comes out harmless, whatever rule quotes it', async () => {
    const nasty = '\u001b[31m\u202e\u200b\ufeff\u2028\r\n::set-env name=x::';
    const { findings } = await judge(
      await questionOf({
        json: (json) => {
          json.license = nasty;
          json[`key${nasty}`] = 1;
          json.name = `@moby/${nasty}`;
          json.component.payload.platforms[nasty] = {};
        },
        line: nasty,
        names: { components: [] },
      }),
    );
    const all = JSON.stringify(findings) + stockText({ findings }).replaceAll('\n', '');
    expect(findings.length).toBeGreaterThan(4);
    expect(all).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\ufeff]/);
    expect(all).toContain('u{202e}');
  });
});

describe('escapeText', () => {
  test('writes what nobody sees, and leaves what can be read', () => {
    expect(escapeText('a\u0007b\u009bc\u202ed\u2066e\u200bf\ufeffg\u00adh\ud800i')).toBe(
      String.raw`a\u{7}b\u{9b}c\u{202e}d\u{2066}e\u{200b}f\u{feff}g\u{ad}h\u{d800}i`,
    );
    expect(escapeText('żółw 🐳 コンテナ العربية')).toBe('żółw 🐳 コンテナ العربية');
    expect(escapeText('\u{e0041}')).toBe(String.raw`\u{e0041}`);
  });

  test('cuts what would fill a screen', () => {
    expect(escapeText('x'.repeat(5000))).toBe(`${'x'.repeat(2000)}…`);
  });
});

describe('the text for stock clients', () => {
  const said = async (severity: GovernanceRule['severity'], message: string): ReturnType<typeof judge> =>
    judge(await questionOf(), [
      rule('A1', severity, [{ name: 'x', when: '', find: () => [{ at: ['version'], message, help: 'do this' }] }]),
    ]);

  test('begins each finding with its code, and says what to do', async () => {
    expect(stockText(await said('error', 'it is wrong'))).toBe('A1 a1: it is wrong (package.json:3:14)\n  hint: do this');
    expect(stockText(await said('review', 'it is odd'))).toBe(
      'A1 a1: it is odd (package.json:3:14, for a person to decide)\n  hint: do this',
    );
    expect(stockText(await said('hint', 'it is dull'))).toBe('');
  });

  test('puts errors first and has an end', async () => {
    const long = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(1500)}`);
    const text = stockText(await judge(await questionOf(), [rule('A1', 'warning', finds('mild')), rule('A2', 'error', finds(...long))]));
    expect(text.length).toBeLessThan(9000);
    expect(text).toMatch(/^A2 a2: 0 x+/);
    expect(text.split('\n').at(-1)).toBe('and 16 more');
  });
});

test('codes are the numbers of the catalogue', () => {
  expect(governanceCodes()).toContainEqual({ code: 'MOBY-N303', name: 'collide' });
  expect(governanceCodes()).toHaveLength(catalogue.length);
});

test('the policy admits no top-level key that the schema doesn’t know', async () => {
  const policy = { packageKeys: [...defaultPolicy.packageKeys, 'publishConfig'] };
  const report = await judge(await questionOf({ policy, json: (json) => (json.publishConfig = {}) }));
  expect(report.findings.map((finding) => finding.rule)).toEqual(['MOBY-M201']);
});
