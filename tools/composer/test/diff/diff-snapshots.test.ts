import { parseDigest, parseManifest, type Manifest } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { diffSnapshots } from '../../src/diff/diff-snapshots.ts';
import type { LockDiff } from '../../src/diff/lock-diff.ts';
import type { Snapshot } from '../../src/diff/snapshot.ts';

type Roots = Readonly<Record<string, Readonly<Record<string, string>>>>;

const payload = (size: number): object => ({
  form: 1,
  platforms: { 'linux/amd64': { sources: [{ kind: 'files' }], digest: digestOf('0'), size } },
});

function digestOf(character: string): NonNullable<ReturnType<typeof parseDigest>> {
  const digest = parseDigest(`sha256:${character.repeat(64)}`);
  if (digest === undefined) throw new Error('that is a digest');
  return digest;
}

async function service(name: string, more: object = {}): Promise<Manifest> {
  const component = {
    kind: 'service',
    category: 'x',
    upstream: { version: '1.0.0', license: 'MIT' },
    payload: payload(1024),
    service: { args: ['/x'], ...more },
  };
  const text = JSON.stringify({ name: `@moby/${name}`, version: '1.0.1', description: 'x', license: 'Apache-2.0', component });
  const parsed = await parseManifest({ file: 'package.json', text });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.value;
}

function snapshot(
  roots: Roots,
  more: { readonly trees?: Readonly<Record<string, string>>; readonly manifests?: readonly Manifest[] } = {},
): Snapshot {
  const { trees = {}, manifests = [] } = more;
  const ids = [...new Set(Object.values(roots).flatMap((chosen) => Object.entries(chosen).map(([name, version]) => `${name}@${version}`)))];
  return {
    title: 'x',
    platform: 'linux/amd64',
    assemblyDiffers: false,
    manifests: new Map(manifests.map((manifest) => [`${manifest.name}@${manifest.version}`, manifest])),
    lock: {
      lockfile: 1,
      assembly: 'x 1.0.0',
      inputs: digestOf('0'),
      compressor: { name: 'zstd', version: '1', level: 3 },
      platforms: ['linux/amd64'],
      components: Object.fromEntries(
        ids.map((id) => [id, { tree: digestOf(trees[id] ?? '1'), payload: { 'linux/amd64': { digest: digestOf('2'), size: 1000 } } }]),
      ),
      roots: Object.fromEntries(
        Object.entries(roots).map(([root, chosen]) => [
          root,
          Object.fromEntries(Object.entries(chosen).map(([name, version]) => [name, { version, meets: [] }])),
        ]),
      ),
      identities: {},
    },
  };
}

const changes = ({ components }: LockDiff): readonly string[] =>
  components.map(({ change, name, before, after }) => `${change} ${name} ${before.join('+')} → ${after.join('+')}`);

describe('versions', () => {
  const one = (version: string): Snapshot => snapshot({ machine: { a: version } });

  test('are told by their order, not as texts', () => {
    expect(changes(diffSnapshots(one('1.9.0+r1'), one('1.10.0+r1')))).toEqual(['upgrade a 1.9.0+r1 → 1.10.0+r1']);
    expect(changes(diffSnapshots(one('1.10.0+r1'), one('1.9.0+r1')))).toEqual(['downgrade a 1.10.0+r1 → 1.9.0+r1']);
    expect(changes(diffSnapshots(one('1.9.0+r2'), one('1.9.0+r10')))).toEqual(['upgrade a 1.9.0+r2 → 1.9.0+r10']);
  });

  test('may differ from root to root', () => {
    const two = snapshot({ machine: { a: '1.0.0+r1' }, web: { a: '2.0.0+r1' } });
    const same = snapshot({ machine: { a: '2.0.0+r1' }, web: { a: '2.0.0+r1' } });
    expect(changes(diffSnapshots(two, same))).toEqual(['upgrade a 1.0.0+r1+2.0.0+r1 → 2.0.0+r1']);
    expect(changes(diffSnapshots(same, two))).toEqual(['downgrade a 2.0.0+r1 → 1.0.0+r1+2.0.0+r1']);
    expect(diffSnapshots(two, same).size.payload).toEqual({ before: 2000, after: 1000 });
  });

  test('may be the same in another tree, or in another root', () => {
    const id = '1.0.0+r1';
    expect(changes(diffSnapshots(one(id), snapshot({ machine: { a: id } }, { trees: { [`a@${id}`]: '3' } })))).toEqual([
      `changed a ${id} → ${id}`,
    ]);
    expect(changes(diffSnapshots(one(id), snapshot({ web: { a: id } })))).toEqual([`moved a ${id} → ${id}`]);
    expect(diffSnapshots(one(id), one(id)).differs).toBe(false);
  });
});

test('privileges and ports that a new manifest asks for are told by container', async () => {
  const roots = { web: { web: '1.0.0+r1' } };
  const least = snapshot(roots, { manifests: [await service('web', { user: { uid: 100, gid: 100, name: 'web' }, network: 'none' })] });
  const more = snapshot(roots, {
    trees: { 'web@1.0.0+r1': '3' },
    manifests: [
      await service('web', {
        user: { uid: 0, gid: 0, name: 'root' },
        capabilities: ['CAP_NET_ADMIN'],
        syscalls: ['bpf'],
        binds: [{ source: '/mnt/data', path: '/var/lib', readonly: false }],
        readonlyRoot: false,
        ports: [80],
      }),
    ],
  });
  const { privileges, ports } = diffSnapshots(least, more);
  expect(privileges.added).toEqual([
    'web: /mnt/data on /var/lib',
    'web: CAP_NET_ADMIN',
    'web: runs as root',
    'web: system call bpf',
    'web: the machine’s network',
    'web: writable root',
  ]);
  expect([privileges.removed, ports]).toEqual([[], { added: ['web listens on 80'], removed: [] }]);
  expect(diffSnapshots(more, least).privileges.removed).toEqual(privileges.added);
  const forgotten = { ...least, manifests: new Map([['web@1.0.0+r1', undefined]]) };
  const unknown = diffSnapshots(forgotten, more);
  expect([unknown.privileges.added, unknown.unknown]).toEqual([[], ['web@1.0.0+r1']]);
});
