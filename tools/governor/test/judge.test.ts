import { canonicalJson } from '@moby/model';
import {
  catalogue,
  defaultPolicy,
  escapeText,
  governanceCodes,
  judge,
  stockText,
  type GovernanceRule,
  type Report,
  type Waiver,
} from '@moby/governor';
import { describe, expect, test } from 'vitest';
import { questionOf, type Change } from './fixture.ts';

/** A release has nothing to do with those about the whole of a pull request. */
const releaseRules = catalogue.filter(({ clauses }) => clauses.length > 0);

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
    expect(report.unjudged.length + report.passed + new Set(report.findings.map((finding) => finding.rule)).size).toBe(releaseRules.length);
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
      'A1 a1: it is odd (package.json:3:14, for a steward to decide)\n  hint: do this',
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

describe('a waiver', () => {
  const waiver: Waiver = {
    rule: 'MOBY-V506',
    package: '@moby/redis',
    version: '8.0.202',
    by: 'steward',
    reason: 'nobody\u202e else has it',
    dependents: [],
  };
  /** A revision of redis that offers more: what the packaging alone adds waits for upstream. */
  const adding = (waivers: readonly Waiver[]): Promise<Report> => judgeChange({ ...revision, policy: { waivers } });
  const judgeChange = async (change: Change): Promise<Report> => judge(await questionOf(change));
  const revision: Change = {
    package: 'redis',
    json: (json) => {
      json.version = '8.0.202';
      json.component.provides['api:redis-search'] = '8.0.2';
    },
    published: [{ npmVersion: '8.0.201' }],
  };

  test('of the policy lets what it names pass, and is told of', async () => {
    expect(await adding([])).toMatchObject({ verdict: 'fail', waived: [] });
    const report = await adding([waiver]);
    expect(report).toMatchObject({ verdict: 'pass', findings: [] });
    expect(report.waived).toMatchObject([{ finding: { rule: 'MOBY-V506', clause: 'offer-added' }, by: 'steward' }]);
    expect(report.waived[0]?.reason).toBe(String.raw`nobody\u{202e} else has it`);
    expect(report.passed).toBe(releaseRules.length - 1);
  });

  test('counts for its rule, package and version alone, from whoever may give it, with the dependents', async () => {
    const { dependents: _dependents, ...without } = waiver;
    const others: readonly Waiver[] = [
      { ...waiver, rule: 'MOBY-V505' },
      { ...waiver, package: '@moby/tini' },
      { ...waiver, version: '8.0.203' },
      { ...waiver, by: 'owner' },
      { ...waiver, by: 'security-team' },
      without,
    ];
    for (const other of others) expect(await adding([other]), JSON.stringify(other)).toMatchObject({ verdict: 'fail', waived: [] });
    expect(await adding(others)).toMatchObject({ verdict: 'fail' });
  });

  test('decides what is for a person to decide, and nothing that nobody may let pass', async () => {
    const decide = (rules: readonly string[], change: Change): Promise<Report> =>
      judgeChange({
        ...change,
        policy: { waivers: rules.map((id) => ({ ...waiver, rule: id, package: '@moby/tini', version: '0.19.1' })) },
      });
    const unproven: Change = { payload: { kind: 'unproven', why: 'its packages were not at hand' } };
    expect(await decide(['MOBY-P706'], unproven)).toMatchObject({ verdict: 'pass', findings: [] });
    expect(await decide(['MOBY-O403'], { publisher: undefined })).toMatchObject({ verdict: 'pass', findings: [] });
    expect(await decide(['MOBY-O403'], { publisher: { id: 'mallory', role: 'contributor' } })).toMatchObject({ verdict: 'fail' });
  });
});

describe('the bump report', () => {
  test('says what the version makes and what the changes ask for, with witnesses', async () => {
    const report = await judge(
      await questionOf({
        package: 'redis',
        json: (json) => {
          json.version = '8.0.301';
          json.component.upstream.version = '8.0.3';
          json.component.provides['api:redis-search'] = '8.0.2';
          json.component.requires = { 'api:x': '*' };
        },
        published: [{ npmVersion: '8.0.201' }],
      }),
    );
    expect(report.bump).toEqual({
      baseline: '8.0.2+r1',
      declared: 'patch',
      required: 'patch',
      witnesses: [
        { change: 'offer-added', requires: 'patch', about: 'api:redis-search', sentence: 'it offers api:redis-search 8.0.2' },
        { change: 'need-added', requires: 'patch', about: 'api:x', sentence: 'it requires api:x *, which the old one doesn’t' },
        { change: 'package-changed', requires: 'patch', about: 'description', sentence: '`description` is another' },
      ],
    });
  });

  test('is there without a release before, and missing where nobody knows that one', async () => {
    const none = { declared: 'none', required: 'none', witnesses: [] };
    expect((await judge(await questionOf())).bump).toEqual(none);
    const unknown = {
      json: (json: { version: string }) => (json.version = '0.19.2'),
      published: [{ npmVersion: '0.19.1', unknown: ['contents' as const] }],
    };
    expect((await judge(await questionOf(unknown))).bump).toBeUndefined();
    expect((await judge(await questionOf({ text: () => '{' }))).bump).toBeUndefined();
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
