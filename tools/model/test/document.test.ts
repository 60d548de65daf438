import { nearest, readJson, readYaml, validateDocument } from '@moby/model';
import { describe, expect, test } from 'vitest';

describe('places', () => {
  test('a value, a key and a list’s item are found at line and column', async () => {
    const read = await readYaml({ file: 'a.yaml', text: 'name: x\nservices:\n  - component: redis\n    prots: ["1:1"]\n' });
    if (!read.ok) throw new Error('not read');
    expect(read.value.placeOf(['services', 0, 'prots'], { key: true })).toEqual({
      file: 'a.yaml',
      line: 4,
      column: 5,
      length: 5,
      text: '    prots: ["1:1"]',
    });
    expect(read.value.placeOf(['services', 0, 'component'])).toMatchObject({ line: 3, column: 16, length: 5 });
    expect(read.value.placeOf(['services', 7])).toMatchObject({ line: 3 });
  });

  test('JSON has places too', async () => {
    const read = await readJson({ file: 'a.json', text: '{\n  "name": "x",\n  "list": [1,\n    2]\n}\n' });
    if (!read.ok) throw new Error('not read');
    expect(read.value.placeOf(['list', 1])).toMatchObject({ line: 4, column: 5, length: 1 });
  });
});

describe('hostile documents', () => {
  test.each([
    ['a key that stands twice', 'a: 1\na: 2\n', 'duplicate-key'],
    ['YAML that is none', 'a: [1, 2\nb: }', 'syntax'],
    [
      'aliases that multiply',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
        .split('')
        .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[i]}`).join(', ')}]`)
        .join('\n')}\n`,
      'too-large',
    ],
    ['nesting', '['.repeat(200) + ']'.repeat(200), 'too-deep'],
  ])('%s is refused with a finding', async (_name, text, code) => {
    const read = await readYaml({ file: 'a.yaml', text });
    expect(read.ok).toBe(false);
    expect(read.findings[0]?.code).toBe(code);
  });

  test('a file over the limit is refused before it is parsed', async () => {
    const read = await readYaml({ file: 'a.yaml', text: 'x'.repeat(101), limits: { maxBytes: 100, maxDepth: 8 } });
    expect(read.findings[0]?.message).toBe('`a.yaml` has 101 bytes; at most 100 are read');
  });

  test('broken JSON says where', async () => {
    const read = await readJson({ file: 'a.json', text: '{\n  "a": 1,,\n}' });
    expect(read.findings[0]).toMatchObject({ code: 'syntax', place: { file: 'a.json', line: 2 } });
  });
});

describe('validation', () => {
  test('an unknown key is shown with the nearest known one', async () => {
    const read = await readYaml({ file: 'a.yaml', text: 'name: x\nversion: 1.0.0\nservices:\n  - component: redis\n    prots: ["1:1"]\n' });
    if (!read.ok) throw new Error('not read');
    expect(await validateDocument(read.value, 'assembly')).toEqual([
      {
        severity: 'error',
        code: 'unknown-key',
        message: '`prots` is not a key of `services[0]`',
        place: { file: 'a.yaml', line: 5, column: 5, length: 5, text: '    prots: ["1:1"]' },
        note: 'did you mean `ports`?',
      },
    ]);
  });

  test('a wrong type says what it must be and what it is', async () => {
    const read = await readYaml({ file: 'a.yaml', text: 'name: x\nversion: 1.0.0\nservices: redis\n' });
    if (!read.ok) throw new Error('not read');
    expect(await validateDocument(read.value, 'assembly')).toMatchObject([
      { code: 'wrong-type', message: '`services` must be a list, not a text', place: { line: 3, column: 11, length: 5 } },
    ]);
  });

  test('several findings come in the order of the file', async () => {
    const read = await readYaml({ file: 'a.yaml', text: 'nmae: x\nversion: 1\nbudget: { siez: 1MB }\n' });
    if (!read.ok) throw new Error('not read');
    expect((await validateDocument(read.value, 'assembly')).map(({ code, place }) => `${code} ${place?.line}`)).toEqual([
      'missing-key 1',
      'unknown-key 1',
      'wrong-type 2',
      'unknown-key 3',
    ]);
  });
});

describe('the nearest name', () => {
  test.each([
    ['redsi', ['redis', 'crun', 'runc'], 'redis'],
    ['pubish', ['publish', 'ports'], 'publish'],
    ['crnu', ['runc', 'crun'], 'crun'],
    ['postgres', ['redis', 'crun'], undefined],
    ['', ['a'], 'a'],
  ])('%j among %j is %j', (text, candidates, expected) => {
    expect(nearest(text, candidates)).toBe(expected);
  });
});

describe('plain YAML', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['%YAML 1.1\n---\na: 1', '1:1 a line begins with `%`'],
    ['a: 1\n---\nb: 2', '2:1 a second document begins here'],
    ['a: &x 1', '1:7 this has an anchor'],
    ['a: 1\nb: *a', '2:4 this is an alias'],
    ['a: !!binary x', '1:13 this has a tag'],
    ['a: !mine x', '1:10 this has a tag'],
    ['a: 1\n1: 2', '2:1 a key is a text'],
    ['? [a, b]\n: 1', '1:3 a key is a text'],
    ['? {a: 1}\n: 1', '1:3 a key is a text'],
    ['<<: {a: 1}', '1:1 `<<` merges maps'],
    ['"a": 1\nb: {a: 1, a: 2}', '2:11 this key stands here twice'],
    ['"1": 1\n1: 2', '2:1 this key stands here twice'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, '1:1 values are nested more than 32 deep'],
    ['a: [1', '1:6 '],
  ];
  test.each(refused)('%j is refused', async (text, words) => {
    const read = await readYaml({ file: 'a.yaml', text, plain: true });
    const said = read.findings.map(({ message, place }) => `${place?.line}:${place?.column} ${message}`);
    expect(read.ok).toBe(false);
    expect(said[0]).toContain(words);
  });

  test('lists in lists beyond what the parser can take are refused', async () => {
    const read = await readYaml({ file: 'a.yaml', text: '['.repeat(20_000), plain: true });
    expect(read.findings[0]).toMatchObject({ code: 'too-deep', message: 'values are nested too deep to be read' });
  });

  test('a key stands twice within its own map alone', async () => {
    const text = Array.from({ length: 2000 }, (_, index) => `k${index}: {a: 1}`).join('\n');
    const read = await readYaml({ file: 'a.yaml', text: `${text}\nk1: 2\n`, plain: true });
    expect(read.findings.map(({ code, place }) => [code, place?.line])).toEqual([['duplicate-key', 2001]]);
  });
});
