import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxReviewFactsBytes, readReviewFacts } from '@moby/governor/review';
import { checkout } from '@moby/testkit';
import { describe, expect, test } from 'vitest';

const example = readFileSync(join(checkout, 'schemas/documents/examples/review-facts/valid/of-a-forge-and-a-registry.json'), 'utf8');

/** What is wrong with facts, as `line:column message`. */
async function faultsOf(text: string): Promise<readonly string[]> {
  const { findings } = await readReviewFacts(text, 'facts.json');
  return findings.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`);
}

describe('facts about a pull request', () => {
  test('may say nothing', async () => {
    expect(await readReviewFacts('{ "form": 1 }', 'facts.json')).toEqual({ ok: true, value: {}, findings: [] });
  });

  test('are taken as they are written, and versions are understood', async () => {
    const { form: _form, published, ...rest } = JSON.parse(example);
    const [version] = published['@moby/redis'];
    expect(await readReviewFacts(example, 'facts.json')).toEqual({
      ok: true,
      value: { ...rest, published: { '@moby/redis': [{ ...version, version: '8.0.2+r1' }] } },
      findings: [],
    });
  });

  test.each([
    ['', ['1:1 this is not JSON: a value belongs here']],
    ['{}', ['1:1 the document lacks `form`']],
    ['{ "form": 2 }', ['1:11 `form` must be equal to constant']],
    ['{ "form": 1, "today": "2027-01-31", "today": "2027-02-01" }', ['1:37 the key `today` stands here twice']],
    ['{ "form": 1, "today": "2027-02-31" }', ['1:23 `2027-02-31` is no day of the calendar']],
    ['{ "form": 1, "approvals": [] }', ['1:14 `approvals` is not a key of the document']],
    ['{ "form": 1,\n  "author": { "id": 4711.5, "login": "ann" } }', ['2:21 `author.id` must be a whole number, not a number']],
    ['{ "form": 1, "author": { "id": 1e3, "login": "ann" } }', ['1:32 `1e3` is read as `1000`']],
    ['{ "form": 1, "components": { "__proto__": {} } }', [/1:30 `__proto__` can't be a key here/]],
    ['{ "form": 1, "labels": [[[[[[[[[]]]]]]]]] }', ['1:32 values are nested more than 8 deep']],
    [
      '{ "form": 1, "published": { "@moby/redis": [{ "npmVersion": "8.0.200", "state": "active" }] } }',
      ['1:61 `8.0.200` is no version of a component'],
    ],
  ])('%j is refused, and it says where', async (text, faults) => {
    expect(await faultsOf(text)).toEqual(faults.map((fault) => (typeof fault === 'string' ? fault : expect.stringMatching(fault))));
  });

  test('have a bound', async () => {
    expect(await faultsOf(' '.repeat(maxReviewFactsBytes + 1))).toEqual([
      `undefined:undefined \`facts.json\` has ${maxReviewFactsBytes + 1} bytes; at most ${maxReviewFactsBytes} are read`,
    ]);
  });
});
