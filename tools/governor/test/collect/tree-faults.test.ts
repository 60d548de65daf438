import { defaultPolicy } from '@moby/governor';
import { diffTrees, openRepository, type TreeDiff } from '@moby/governor/collect';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { rawRepository, type RawEntry, type RawRepository } from './raw-repository.ts';

/** The tree of a line, `components/redis/8.0`, in the head; the base has one file there. */
async function headOf(make: (repository: RawRepository) => readonly RawEntry[], at = ['components', 'redis', '8.0']): Promise<TreeDiff> {
  const repository = rawRepository(scratchFolder());
  const base = repository.files({ 'components/redis/8.0/package.json': '{}' });
  const head = at.reduceRight((oid, name) => repository.tree([['40000', name, oid]]), repository.tree(make(repository)));
  const { objects } = openRepository(repository.folder);
  return diffTrees({ objects, base, head, limits: defaultPolicy.changeLimits });
}

async function faultsOf(make: (repository: RawRepository) => readonly RawEntry[], at?: string[]): Promise<readonly string[]> {
  const { faults } = await headOf(make, at);
  return faults.map(({ rule, clause, path }) => `${rule}/${clause} ${JSON.stringify(path)}`);
}

const line = 'components/redis/8.0';

describe('names that no tree may have', () => {
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    ['', 'empty'],
    ['.', 'dots'],
    ['..', 'dots'],
    ['a/b', 'slash'],
    ['a\\b', 'slash'],
    ['a／b', 'slash'],
    [Buffer.from([0x61, 0xff]), 'not-utf8'],
    [Buffer.from([0xed, 0xa0, 0x80]), 'not-utf8'],
    ['e\u0301', 'not-nfc'],
    ['a\u0007', 'control-character'],
    ['a\u0085', 'control-character'],
    ['a\u2028b', 'control-character'],
    ['a\u200bb', 'control-character'],
    ['gpj\u202etxt', 'control-character'],
    ['.git', 'dot-git'],
    ['.GiT', 'dot-git'],
    ['.g\u200bit', 'dot-git'],
    ['.\u200cgit', 'dot-git'],
    ['.git ', 'dot-git'],
    ['.git...', 'dot-git'],
    ['.git::$INDEX_ALLOCATION', 'dot-git'],
    ['.ｇit', 'dot-git'],
    ['git~1', 'dot-git'],
    ['GIT~1', 'dot-git'],
    ['.gitmodules', 'git-configuration'],
    ['.GitAttributes', 'git-configuration'],
    ['gitmod~1', 'git-configuration'],
    ['x'.repeat(256), 'too-long'],
  ];
  test.each(cases)('%j', async (name, clause) => {
    const shown = typeof name === 'string' ? name : name.length === 2 ? 'a\\xff' : '\\xed\\xa0\\x80';
    expect(await faultsOf((repository) => [['100644', name, repository.blob('x')]])).toEqual([
      `tree-sane/${clause} ${JSON.stringify(name === '' ? line : `${line}/${shown}`)}`,
    ]);
  });

  test('of a folder as of a file', async () => {
    const faults = await faultsOf((repository) => [['40000', '.GIT', repository.files({ config: 'x' })]]);
    expect(faults).toEqual([`tree-sane/dot-git "${line}/.GIT"`]);
  });

  test('ordinary ones pass, also beside git’s own files at the top', async () => {
    const names = ['.github', 'é', 'git', 'git~2x', 'gitx', 'über', '文'].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    expect(await faultsOf((repository) => names.map((name) => ['100644', name, repository.blob('x')]))).toEqual([]);
    expect(await faultsOf((repository) => [['100644', '.gitattributes', repository.blob('x')]], [])).toEqual([]);
  });
});

describe('lists that no tree may be', () => {
  test('a name that stands there twice', async () => {
    expect(
      await faultsOf((repository) => [
        ['100644', 'package.json', repository.blob('{}')],
        ['100644', 'package.json', repository.blob('{"evil":1}')],
      ]),
    ).toEqual([`tree-sane/duplicate "${line}/package.json"`]);
  });

  test('of a name that stands there twice, both are changes', async () => {
    const { changes } = await headOf((repository) => [
      ['100644', 'package.json', repository.blob('{}')],
      ['100644', 'package.json', repository.blob('{"evil":1}')],
    ]);
    expect(changes.map(({ status, path }) => [status, path])).toEqual([['modified', `${line}/package.json`]]);
  });

  test('a file and a folder of one name, other entries between them', async () => {
    expect(
      await faultsOf((repository) => [
        ['100644', 'a', repository.blob('x')],
        ['100644', 'a.b', repository.blob('x')],
        ['40000', 'a', repository.files({ b: 'x' })],
      ]),
    ).toEqual([`tree-sane/duplicate "${line}/a"`]);
  });

  test('entries in another order than git’s', async () => {
    const order = await faultsOf((repository) => [
      ['100644', 'b', repository.blob('x')],
      ['100644', 'a', repository.blob('x')],
    ]);
    expect(order).toEqual([`tree-sane/unsorted "${line}"`]);
    const folders = await faultsOf((repository) => [
      ['40000', 'a', repository.files({ x: 'x' })],
      ['100644', 'a.b', repository.blob('x')],
    ]);
    expect(folders).toEqual([`tree-sane/unsorted "${line}"`]);
  });

  test('an empty folder', async () => {
    expect(await faultsOf((repository) => [['40000', 'files', repository.tree([])]])).toEqual([`tree-sane/empty-folder "${line}/files"`]);
  });

  test('bytes that are no entries, or end in one', async () => {
    for (const bytes of ['junk', '100644 a\0short', '99999 a\0', `${' '.repeat(30)}\0`]) {
      const faults = await faultsOf((repository) => [['40000', 'files', repository.object('tree', Buffer.from(bytes))]]);
      expect(faults, bytes).toEqual([`tree-sane/cut "${line}/files"`]);
    }
  });

  test('an object that isn’t what its mode says', async () => {
    const folder = await faultsOf((repository) => [['40000', 'files', repository.blob('x')]]);
    expect(folder).toEqual([`tree-sane/wrong-object "${line}/files"`]);
    const file = await faultsOf((repository) => [['100644', 'files', repository.files({ a: 'x' })]]);
    expect(file).toEqual([`tree-sane/wrong-object "${line}/files"`]);
  });

  test('folders in folders without an end', async () => {
    const faults = await faultsOf((repository) => {
      let oid = repository.files({ a: 'x' });
      for (let depth = 0; depth < 100; depth += 1) oid = repository.tree([['40000', 'd', oid]]);
      return [['40000', 'd', oid]];
    });
    expect(faults).toEqual([`tree-sane/too-deep "${line}${'/d'.repeat(30)}"`]);
  });
});

describe('entries that are no regular files', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['100644', '', ''],
    ['120000', 'symlink', ''],
    ['100664', 'other-mode', ''],
    ['104755', 'other-mode', ''],
    ['0100644', 'other-mode', ''],
    ['0', 'other-mode', ''],
    ['100755', 'executable', ''],
    ['100755', '', 'files'],
    ['100755', '', 'test'],
    ['100664', 'other-mode', 'files'],
  ];
  test.each(cases)('%s %s %s', async (mode, clause, folder) => {
    const at = ['components', 'redis', '8.0', ...(folder === '' ? [] : [folder])];
    const faults = await faultsOf((repository) => [[mode, 'run', repository.blob('x')]], at);
    expect(faults).toEqual(clause === '' ? [] : [`entry-kind/${clause} "${at.join('/')}/run"`]);
  });

  test('a submodule, whose commit isn’t here', async () => {
    expect(await faultsOf(() => [['160000', 'run', '1'.repeat(40)]])).toEqual([`entry-kind/submodule "${line}/run"`]);
  });

  test('a folder of another mode, even of the same contents', async () => {
    const faults = await faultsOf((repository) => [['40755', 'redis', repository.files({ '8.0/package.json': '{}' })]], ['components']);
    expect(faults).toEqual(['entry-kind/other-mode "components/redis"']);
  });

  test('an executable that the base has too may change', async () => {
    const repository = rawRepository(scratchFolder());
    const [base = '', head = ''] = ['a', 'b'].map((text) => repository.tree([['100755', 'run', repository.blob(text)]]));
    const { objects } = openRepository(repository.folder);
    const { faults, changes } = await diffTrees({ objects, base, head, limits: defaultPolicy.changeLimits });
    expect([faults, changes.length]).toEqual([[], 1]);
  });
});

describe('names that are one where case or Unicode forms don’t count', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['A.json', 'a.json'],
    ['STRASSE', 'straße'],
    ['STRAẞE', 'straße'],
    ['ﬁle', 'file'],
    ['ΑΣ', 'ας'],
    ['ⅷ', 'viii'],
  ];
  test.each(cases)('%s and %s', async (a, b) => {
    const names = [a, b].toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const faults = await faultsOf((repository) => names.map((name) => ['100644', name, repository.blob('x')]));
    expect(faults).toEqual([`case-fold/pair "${line}/${names[1]}"`]);
  });

  test('a new folder beside one that nobody touches', async () => {
    const repository = rawRepository(scratchFolder());
    const base = repository.files({ 'Components/a': 'x', 'z/a': 'x' });
    const head = repository.files({ 'Components/a': 'x', 'components/redis/8.0/package.json': '{}', 'z/a': 'x' });
    const { objects } = openRepository(repository.folder);
    const { faults } = await diffTrees({ objects, base, head, limits: defaultPolicy.changeLimits });
    expect(faults.map(({ clause, path }) => [clause, path])).toEqual([['pair', 'components']]);
  });
});

test('what the base has already is no fault of whoever changes something beside it', async () => {
  const repository = rawRepository(scratchFolder());
  const old: readonly RawEntry[] = [
    ['100644', '.GIT', repository.blob('x')],
    ['100644', 'A', repository.blob('x')],
    ['100644', 'a', repository.blob('x')],
    ['120000', 'link', repository.blob('x')],
  ];
  const base = repository.tree(old);
  const head = repository.tree([...old, ['100644', 'new', repository.blob('x')]]);
  const { objects } = openRepository(repository.folder);
  const { faults, changes } = await diffTrees({ objects, base, head, limits: defaultPolicy.changeLimits });
  expect(faults).toEqual([]);
  expect(changes.map(({ path }) => path)).toEqual(['new']);
});
