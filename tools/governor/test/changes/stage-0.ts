import { defaultPolicy, type Policy } from '@moby/governor';
import type { RawEntry, RawRepository } from '../collect/raw-repository.ts';
import { withoutSteward, type ChangeFixture, type PullRequest } from '../pull-request.ts';

const ordinary: PullRequest = { head: { 'components/tini/README.md': '# tini\n\nAnother word.\n' } };

/** A folder `files` of a line, its entries written as they are. */
const folder = (make: (repository: RawRepository) => readonly RawEntry[]): PullRequest => ({
  trees: (repository) => ({ 'components/tini/0.19/files': repository.tree(make(repository)) }),
});
const raw = (make: (repository: RawRepository) => string): PullRequest => ({
  trees: (repository) => ({ 'components/tini/0.19/files': make(repository) }),
});
const named = (name: string | Uint8Array): PullRequest => folder((repository) => [['100644', name, repository.blob('x')]]);
const files = (...names: readonly string[]): PullRequest =>
  folder((repository) => names.map((name) => ['100644', name, repository.blob('x')]));
const deep = (repository: RawRepository): string =>
  Array.from({ length: 40 }).reduce<string>((oid) => repository.tree([['40000', 'd', oid]]), repository.files({ a: 'x' }));

const limited = (limits: Partial<Policy['changeLimits']>): PullRequest => ({
  ...ordinary,
  policy: { ...defaultPolicy, changeLimits: { ...defaultPolicy.changeLimits, ...limits } },
});
const bytes = (size: number): string => `${'x'.repeat(size - 1)}\n`;

export const stage0: Readonly<Record<string, ChangeFixture>> = {
  'objects-readable': { fail: { unreadable: folder(() => [['100644', 'run', '1'.repeat(40)]]) }, pass: [ordinary] },
  'size-limits': {
    fail: {
      paths: limited({ paths: 0 }),
      components: limited({ components: 0 }),
      'blob-bytes': limited({ blobBytes: 10 }),
      'added-bytes': limited({ addedBytes: 10 }),
      folders: {
        policy: { ...defaultPolicy, changeLimits: { ...defaultPolicy.changeLimits, paths: 50_000 } },
        ...raw((repository) => {
          const leaf = repository.files({ a: 'x' });
          const many = (oid: string): string =>
            repository.tree(Array.from({ length: 150 }, (_, index): RawEntry => ['40000', String(index).padStart(3, '0'), oid]));
          return many(many(leaf));
        }),
      },
      'folder-bytes': raw((repository) => repository.object('tree', Buffer.alloc(5 * 1024 ** 2))),
      faults: {
        also: ['entry-kind/symlink'],
        ...folder((repository) =>
          Array.from({ length: 300 }, (_, index): RawEntry => ['120000', String(index).padStart(3, '0'), repository.blob('x')]),
        ),
      },
    },
    pass: [
      ordinary,
      limited({ paths: 1, components: 1, blobBytes: 100, addedBytes: 100 }),
      { head: { 'docs/words.md': bytes(4_000_000) } },
    ],
  },
  'tree-sane': {
    fail: {
      duplicate: files('a', 'a'),
      unsorted: files('b', 'a'),
      cut: raw((repository) => repository.object('tree', Buffer.from('100644 a\0short'))),
      'too-deep': raw(deep),
      'empty-folder': folder(() => []),
      'wrong-object': raw((repository) => repository.blob('x')),
      empty: named(''),
      dots: named('..'),
      slash: named('a/b'),
      'not-utf8': named(Buffer.from([0x61, 0xff])),
      'not-nfc': named('e\u0301'),
      'control-character': named('gpj\u202etxt'),
      'dot-git': named('.GiT'),
      'git-configuration': named('.gitattributes'),
      'too-long': named('x'.repeat(256)),
    },
    pass: [ordinary],
  },
  'entry-kind': {
    fail: {
      symlink: folder((repository) => [['120000', 'run', repository.blob('/etc/passwd')]]),
      submodule: folder(() => [['160000', 'run', '1'.repeat(40)]]),
      executable: {
        trees: (repository) => ({ 'components/tini/0.19/bin': repository.tree([['100755', 'run', repository.blob('x')]]) }),
      },
      'other-mode': folder((repository) => [['100664', 'run', repository.blob('x')]]),
    },
    pass: [ordinary],
  },
  'case-fold': { fail: { pair: files('A', 'a') }, pass: [ordinary] },
  'merge-conflict': {
    fail: {
      'both-changed': { head: { 'components/tini/README.md': '# one\n' }, target: { 'components/tini/README.md': '# other\n' } },
      'file-and-folder': { head: { 'docs/notes': 'one\n' }, target: { 'docs/notes/one': 'other\n' } },
    },
    pass: [
      { ...ordinary, target: { 'docs/words.md': 'other\n' } },
      { ...ordinary, target: { 'components/tini/README.md': '# tini\n\nAnother word.\n', 'docs/words.md': 'other\n' } },
    ],
  },
  'sensitive-path': {
    fail: { changed: withoutSteward({ head: { 'docs/governance/charter.md': 'mine\n' } }) },
    pass: [
      ordinary,
      { head: { 'docs/governance/charter.md': 'ours\n' } },
      { head: { 'docs/words.md': 'x\n' }, target: { 'docs/governance/charter.md': 'ours\n' } },
      { head: { 'my-tools/package.json': '{}\n' } },
    ],
  },
  'no-mix': {
    fail: { mixed: { head: { ...ordinary.head, 'docs/words.md': 'x\n' } } },
    pass: [
      ordinary,
      { head: { 'docs/words.md': 'x\n', 'README.md': 'x\n' } },
      { base: { 'assemblies/one/assembly.lock.json': '{}\n' }, head: { ...ordinary.head, 'assemblies/one/assembly.lock.json': '{ }\n' } },
    ],
  },
};
