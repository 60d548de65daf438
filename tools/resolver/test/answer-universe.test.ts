import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answerUniverse, parseUniverse } from '@moby/resolver';

const examples = new URL('../../../schemas/examples/universe/', import.meta.url);

describe('a universe file', () => {
  test('that is solved ends with 0, versions sorted by name', async () => {
    const file = new URL('valid/full.json', examples);
    const answer = await answerUniverse({ file: 'full.json', text: readFileSync(file, 'utf8') });
    expect(answer).toEqual({
      exitCode: 0,
      document: {
        status: 'solved',
        versions: {
          crun: '1.21.0+r2',
          'engine/engine': '2.1.0',
          'engine/libc': '2.41.0',
          kernel: '6.12.1',
          'web/libc': '2.36.9',
          'web/nginx': '1.26.0',
        },
        dropped: ['engine/builder'],
      },
      findings: [],
    });
    expect(Object.keys(answer.document?.status === 'solved' ? answer.document.versions : {})).toEqual([
      'crun',
      'engine/engine',
      'engine/libc',
      'kernel',
      'web/libc',
      'web/nginx',
    ]);
  });

  test('names a recommendation that was dropped by where it would have been', async () => {
    const universe = {
      packages: { a: { '1.0.0': { recommends: { x: '*', y: '*', 'z:z': '*' }, in: { y: 'machine' } } } },
      root: { scopes: { web: { a: '*' } } },
    };
    const { document } = await answerUniverse({ file: 'u.json', text: JSON.stringify(universe) });
    expect(document).toEqual({ status: 'solved', versions: { 'web/a': '1.0.0' }, dropped: ['web/x', 'y', 'web/z:z'] });
  });

  test('that is unsolvable ends with 1, an explanation with places, and sets of entries without which it solves', async () => {
    const text = [
      '{ "packages": { "crun": { "1.8.0": {}, "1.20.0": { "requires": { "glibc": ">=2.38" } } }, "glibc": { "2.36.0": {}, "2.41.0": {} } },',
      '  "root": {',
      '    "requires": { "crun": "^1.20" },',
      '    "constraints": { "*": { "glibc": "~2.36" } } } }',
    ].join('\n');
    const answer = await answerUniverse({ file: '/some/where/world.json', text });
    expect(answer.exitCode).toBe(1);
    expect(answer.document).toEqual({
      status: 'unsolvable',
      explanation: [
        'crun@^1.20 requires glibc@>=2.38,',
        'and the root constrains glibc@~2.36                    (world.json:4),',
        "so crun@^1.20 can't be used; and the root requires it  (world.json:3).",
        '',
        'either of these solves it; each was tried:',
        '  world.json:3   crun@^1.8        instead of crun@^1.20',
        '  world.json:4   glibc@^2.41      instead of glibc@~2.36',
      ].join('\n'),
      relax: [['crun'], ['constraints */glibc']],
    });
  });

  test('that takes too many steps ends with 1 and says how many', async () => {
    const text = JSON.stringify({
      packages: { a: { '1.0.0': {}, '2.0.0': {} }, b: { '1.0.0': {}, '2.0.0': {} } },
      root: { requires: { a: '*', b: '*' } },
    });
    expect(await answerUniverse({ file: 'u.json', text }, { maxSteps: 1 })).toEqual({
      exitCode: 1,
      document: { status: 'gave-up', steps: 2, explanation: 'no answer after 2 decisions and conflicts' },
      findings: [],
    });
  });

  test.each(readdirSync(new URL('invalid/', examples)))('%s ends with 2 and a place', async (name) => {
    const answer = await answerUniverse({ file: name, text: readFileSync(new URL(`invalid/${name}`, examples), 'utf8') });
    expect(answer.exitCode).toBe(2);
    expect(answer.document).toBeUndefined();
    for (const { place } of answer.findings) expect(place?.line).toBeGreaterThan(0);
    expect(answer.findings.length).toBeGreaterThan(0);
  });
});

describe('texts of a universe', () => {
  const finding = async (text: string): Promise<object | undefined> => {
    const { findings } = await parseUniverse({ file: 'u.json', text });
    const [first] = findings;
    return first === undefined
      ? undefined
      : { ...first, place: first.place === undefined ? undefined : `${first.place.line}:${first.place.column}` };
  };

  test('an unknown key is named with the one that was meant', async () => {
    expect(await finding('{ "packages": { "a": { "1.0.0": {\n  "recomends": {} } } }, "root": {} }')).toMatchObject({
      code: 'unknown-key',
      note: 'did you mean `recommends`?',
      place: '2:3',
    });
  });

  test('a range that is none has a place', async () => {
    expect(await finding('{ "packages": {},\n "root": { "requires": { "a": "^^1" } } }')).toMatchObject({
      code: 'invalid-range',
      place: '2:31',
      message: "`^^1` is not a range, as npm's semver reads it",
    });
  });

  test('a version that only looks like one has a place', async () => {
    expect(await finding('{ "packages": { "a": { "1.0.0-01": {} } }, "root": {} }')).toMatchObject({
      code: 'invalid-version',
      place: '1:36',
    });
  });

  test('a provided text is a version or a window', async () => {
    expect(await finding('{ "packages": { "a": { "1.0.0": { "provides": { "b:c": "one" } } } }, "root": {} }')).toMatchObject({
      code: 'invalid-range',
    });
  });

  test('a place for what is not needed is a warning', async () => {
    const text = '{ "packages": { "a": { "1.0.0": { "requires": { "kernel": "*" }, "in": { "kernal": "machine" } } } }, "root": {} }';
    expect(await finding(text)).toMatchObject({ severity: 'warning', code: 'unknown-need', note: 'did you mean `kernel`?' });
    expect((await parseUniverse({ file: 'u.json', text })).ok).toBe(true);
  });

  test('a file that is too large or too deep is refused with the limit', async () => {
    expect(await finding(' '.repeat(33 * 1024 * 1024))).toMatchObject({ code: 'too-large', message: expect.stringContaining('33554432') });
    expect(await finding(`{ "packages": ${'{"a":'.repeat(40)}{}${'}'.repeat(40)}, "root": {} }`)).toMatchObject({ code: 'too-deep' });
  });

  test.each(['__proto__', 'constructor', 'toString'])('a package called %s is no way in', async (name) => {
    const text = `{ "packages": { "${name}": { "1.0.0": { "requires": { "hasOwnProperty": "*" } } } }, "root": { "requires": { "${name}": "*" } } }`;
    const answer = await answerUniverse({ file: 'u.json', text });
    expect(answer.exitCode).toBe(name === '__proto__' ? 2 : 1);
  });

  test('ten thousand hostile ranges are judged quickly', async () => {
    const range = `${'1 || '.repeat(40)}1`;
    const packages = {
      a: Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`1.${index}.0`, { requires: { a: `${range} || ${index}` } }])),
    };
    const started = performance.now();
    await parseUniverse({ file: 'u.json', text: JSON.stringify({ packages, root: {} }) });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
