import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy, judge, type Question, type Report } from '@moby/governor';
import {
  diffTrees,
  mergeChanges,
  openRepository,
  openTree,
  packedFiles,
  questionsOf,
  readPolicyFile,
  touchedComponents,
  type LineQuestion,
} from '@moby/governor/collect';
import type { ReviewFacts } from '@moby/governor/review';
import { fromNpmVersion } from '@moby/model';
import { packageFiles } from '@moby/registry/pack';
import { checkout, scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { rawRepository } from './raw-repository.ts';

const packages = join(import.meta.dirname, '../packages');
const owners = 'lifecycle: maintained\nmaintainers:\n  - name: Ann\n    registry: ann\n';

/** A real package as a line's files; `version` in npm's spelling. */
function line(name: string, version: string, change: (json: Record<string, unknown>) => void = () => undefined): Record<string, string> {
  const files = readdirSync(join(packages, name)).map((file): [string, string] => [
    file === 'manifest.json' ? 'package.json' : file,
    readFileSync(join(packages, name, file), 'utf8'),
  ]);
  const json = JSON.parse(files.find(([file]) => file === 'package.json')?.[1] ?? '');
  json.version = version;
  change(json);
  return Object.fromEntries(
    files.map(([file, text]) => [file, file === 'package.json' ? `${JSON.stringify(json, undefined, 2)}\n` : text]),
  );
}

function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

/** The library of all cases: `redis` with a line, `tini` with another. */
function library(redis = line('redis', '8.0.201')): Record<string, string> {
  return {
    'docs/governance/policy.yaml': 'scopes: ["@moby"]\n',
    'components/redis/OWNERS.yaml': owners,
    'components/redis/README.md': '# redis\n',
    ...below('components/redis/8.0', redis),
    'components/tini/OWNERS.yaml': owners,
    ...below('components/tini/0.19', line('tini', '0.19.1')),
  };
}

async function review(
  base: Readonly<Record<string, string>>,
  head: Readonly<Record<string, string>>,
  facts?: ReviewFacts,
): Promise<readonly LineQuestion[]> {
  const repository = rawRepository(scratchFolder());
  const [from, to] = [repository.files(base), repository.files(head)];
  const { objects } = openRepository(repository.folder);
  const { changes, faults } = await diffTrees({ objects, base: from, head: to, limits: defaultPolicy.changeLimits });
  expect(faults).toEqual([]);
  const touched = touchedComponents(changes).components;
  const { laid } = mergeChanges({ head: changes, target: [] });
  return questionsOf({ objects, base: from, laid, touched, ...(facts === undefined ? {} : { facts }) });
}

function onlyQuestion(questions: readonly LineQuestion[]): Question {
  expect(questions.length).toBe(1);
  const question = questions[0]?.question;
  if (question === undefined) throw new Error('there is no question');
  return question;
}

function errorsOf({ findings }: Report): readonly string[] {
  return findings.filter(({ severity }) => severity === 'error').map(({ rule, path }) => `${rule} ${path}`);
}

describe('a touched line is a question to the judge', () => {
  test('with its files as they are packed, its place in the base, and what the base says of it', async () => {
    const readme = (json: Record<string, unknown>): void =>
      void (json['description'] = 'Keeps keys and values in memory, and writes them down');
    const head = library({
      ...line('redis', '8.0.202', readme),
      'core.dump': 'x',
      'files/etc/redis.conf': 'save 60 1\n',
      LICENSE: 'MIT\n',
    });
    head['components/redis/OWNERS.yaml'] = owners.replace('ann', 'eve');
    const question = onlyQuestion(await review(library(), head));
    expect([...question.release.files.keys()].sort()).toEqual([
      'LICENSE',
      'README.md',
      'facts.json',
      'files/etc/redis.conf',
      'package.json',
      'symbols.json',
    ]);
    expect(question).toMatchObject({
      door: { kind: 'review', base: { npmVersion: '8.0.201' } },
      release: { label: 'components/redis/8.0/', line: '8.0' },
      published: [{ npmVersion: '8.0.201', line: '8.0', state: 'active', contents: { manifest: { version: '8.0.2+r1' } } }],
      names: { components: ['@moby/redis', '@moby/tini'], tombstones: [] },
      owners: { lifecycle: 'maintained', maintainers: ['ann'] },
      payload: { kind: 'unproven' },
    });
  });

  test('which is judged: what has the next version passes, what keeps it doesn’t', async () => {
    const change = (json: Record<string, unknown>): void => void (json['description'] = 'Keeps keys and values in memory, quickly');
    const raised = onlyQuestion(await review(library(), library(line('redis', '8.0.202', change))));
    const kept = onlyQuestion(await review(library(), library(line('redis', '8.0.201', change))));
    const lowered = onlyQuestion(await review(library(line('redis', '8.0.202')), library(line('redis', '8.0.201', change))));
    expect(errorsOf(await judge(raised))).toEqual([]);
    expect((await judge(raised)).bump).toMatchObject({ baseline: '8.0.2+r1', required: 'patch' });
    expect(errorsOf(await judge(kept))).toEqual(['MOBY-V503 components/redis/8.0/package.json']);
    expect(errorsOf(await judge(lowered))).toEqual(['MOBY-V504 components/redis/8.0/package.json']);
  });

  test('which knows what a registry has published, where somebody says so', async () => {
    const version = fromNpmVersion('8.0.205');
    if (version === undefined) throw new Error('8.0.205 is a version');
    const facts: ReviewFacts = {
      published: { '@moby/redis': [{ npmVersion: '8.0.205', version, state: 'deleted' }] },
      tombstones: ['@moby/rediss'],
      today: '2027-01-31',
    };
    const question = onlyQuestion(await review(library(), library(line('redis', '8.0.202')), facts));
    expect(question.published.map(({ npmVersion }) => npmVersion)).toEqual(['8.0.205']);
    expect(question.today).toBe('2027-01-31');
    expect(question.names).toEqual({ components: ['@moby/redis', '@moby/rediss', '@moby/tini'], tombstones: ['@moby/rediss'] });
    expect(errorsOf(await judge(question))).toEqual(['MOBY-V504 components/redis/8.0/package.json']);
  });

  test('also where it is new, or of a new component, which nobody owns yet', async () => {
    const line81 = await review(library(), { ...library(), ...below('components/redis/8.1', line('redis', '8.1.1')) });
    const question = onlyQuestion(line81);
    expect([question.door, question.owners?.maintainers]).toEqual([{ kind: 'review' }, ['ann']]);
    const { 'components/tini/OWNERS.yaml': file, 'components/tini/0.19/package.json': manifest, ...without } = library();
    const isNew = onlyQuestion(
      await review(Object.fromEntries(Object.entries(without).filter(([path]) => !path.includes('tini'))), library()),
    );
    expect([file, manifest].every((text) => text !== undefined)).toBe(true);
    expect(isNew.owners).toBeUndefined();
    expect(isNew.published).toEqual([]);
    expect(isNew.names.components).toEqual(['@moby/redis']);
  });

  test('and none where it is gone; files beside the lines touch no line', async () => {
    const gone = Object.fromEntries(Object.entries(library()).filter(([path]) => !path.startsWith('components/tini')));
    expect(await review(library(), gone)).toEqual([{ component: 'tini', line: '0.19' }]);
    expect(await review(library(), { ...library(), 'components/redis/README.md': '# Redis\n', 'docs/x.md': 'x' })).toEqual([]);
  });
});

test('changes are sorted by component, line, and what is neither', () => {
  const at = (path: string): { readonly status: 'added'; readonly path: string; readonly mode: string; readonly oid: string } => ({
    status: 'added',
    path,
    mode: '100644',
    oid: '',
  });
  const paths = [
    'components/README.md',
    'components/a/1/files/x',
    'components/a/1/package.json',
    'components/a/2/y',
    'components/a/OWNERS.yaml',
    'x',
  ];
  expect(touchedComponents(paths.map(at))).toEqual({
    components: [{ name: 'a', lines: ['1', '2'], shared: ['OWNERS.yaml'] }],
    elsewhere: ['components/README.md', 'x'],
  });
});

test('a policy is read by the base’s own tree, also where the head has another', async () => {
  const repository = rawRepository(scratchFolder());
  const [base, bare] = [repository.files(library()), repository.files({ a: 'x' })];
  const { objects } = openRepository(repository.folder);
  expect(Buffer.from((await readPolicyFile(openTree(objects, base))) ?? []).toString()).toBe('scopes: ["@moby"]\n');
  expect(await readPolicyFile(openTree(objects, bare))).toBeUndefined();
});

test('a line is read from a tree as component publish packs its folder', async () => {
  const folder = join(checkout, 'components/init/1');
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[`components/init/1/${full.slice(folder.length + 1)}`] = readFileSync(full, 'utf8');
  }
  const repository = rawRepository(scratchFolder());
  const tree = repository.files(files);
  const { objects } = openRepository(repository.folder);
  const read = await packedFiles({ objects, tree: openTree(objects, tree), folder: 'components/init/1' });
  const packed = packageFiles(folder, 'components/init/1');
  expect(packed.length).toBeGreaterThan(5);
  expect(new Map([...read].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]))).toEqual(
    new Map(packed.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])),
  );
});

test('what a payload is and what is said of it is as before, or nobody has derived it', async () => {
  const before = library();
  const payloadOf = async (change: Record<string, string>): Promise<string> =>
    onlyQuestion(
      await review({ ...before, 'components/redis/8.0/files/a': 'x' }, { ...before, 'components/redis/8.0/files/a': 'x', ...change }),
    ).payload.kind;
  const described = line('redis', '8.0.202', (json) => (json['description'] = 'another'));
  expect(await payloadOf(below('components/redis/8.0', described))).toBe('unchanged');
  const payload = line('redis', '8.0.202', (json) => (json['component'] = { payload: { form: 2 } }));
  expect(await payloadOf(below('components/redis/8.0', payload))).toBe('unproven');
  for (const file of ['facts.json', 'symbols.json', 'kernel-symbols.json', 'files/a', 'files/b'])
    expect(await payloadOf({ [`components/redis/8.0/${file}`]: '{}' }), file).toBe('unproven');
  expect(await payloadOf({ 'components/redis/8.0/package.json': '{' })).toBe('unproven');
});
