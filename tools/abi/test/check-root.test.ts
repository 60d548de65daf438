import { checkRoot, type CheckRootOptions, describeEdge, type Edge, type ProgramNeed, type RootComponent, summarizeEdges } from '@moby/abi';
import { describe, expect, test } from 'vitest';
import { component, glibc, library, loader, program } from './world.ts';

function check(components: readonly RootComponent[], more: Partial<CheckRootOptions> = {}): readonly Edge[] {
  return checkRoot({ root: 'redis', platform: 'linux/amd64', components, programs: [], ...more });
}

/** Everything that isn't `ok`, one line an edge. */
function troubles(edges: readonly Edge[]): readonly string[] {
  return edges.filter((edge) => edge.verdict !== 'ok').map((edge) => `${edge.verdict} ${edge.rule}: ${edge.sentence}`);
}

const needsMath = program('/usr/bin/redis-check-rdb', {
  needed: ['libm.so.6', 'libc.so.6'],
  needs: [
    { library: 'libm.so.6', versions: ['GLIBC_2.34', 'GLIBC_2.43'] },
    { library: 'libc.so.6', versions: ['GLIBC_2.38'] },
  ],
});

describe('versions of symbols', () => {
  test('fit the library that offers each of them, and the edge says where it was read', () => {
    const edges = check([component('redis', '8.0.6', { elf: [needsMath] }), glibc('2.43.0')]);
    expect(troubles(edges)).toEqual([]);
    expect(edges.find((edge) => edge.rule === 'elf.version' && edge.need.startsWith('libm'))).toMatchObject({
      verdict: 'ok',
      evidence: 'binary',
      root: 'redis',
      from: { component: 'redis', version: '8.0.6', path: '/usr/bin/redis-check-rdb' },
      need: 'libm.so.6(GLIBC_2.34, GLIBC_2.43)',
      by: { component: 'glibc', version: '2.43.0', path: '/usr/lib/x86_64-linux-gnu/libm.so.6' },
    });
  });

  test('that are missing are each an error, which says up to where the library goes', () => {
    const edges = check([component('redis', '8.0.6', { elf: [needsMath, program('/usr/bin/redis-cli')] }), glibc('2.41.0')]);
    expect(troubles(edges)).toEqual([
      'error elf.version: /usr/bin/redis-check-rdb needs GLIBC_2.43 from libm.so.6; /usr/lib/x86_64-linux-gnu/libm.so.6 has up to GLIBC_2.41',
    ]);
    const [group] = summarizeEdges(edges).groups;
    expect(group).toMatchObject({ code: 'elf-version', verdict: 'error', title: "redis 8.0.6 doesn't fit glibc 2.41.0" });
    expect(group?.edges.map(describeEdge)).toEqual([
      {
        rows: [
          { subject: '/usr/bin/redis-check-rdb', verb: 'needs', what: 'GLIBC_2.43 from libm.so.6' },
          { subject: '/usr/lib/x86_64-linux-gnu/libm.so.6', verb: 'offers', what: 'up to GLIBC_2.41' },
        ],
        evidence: 'read from both files',
        hints: [],
      },
    ]);
  });

  test('flagged weak are a warning', () => {
    const weak = program('/usr/bin/x', { needs: [{ library: 'libc.so.6', versions: ['GLIBC_2.43'], weak: ['GLIBC_2.43'] }] });
    expect(troubles(check([component('x', '1.0.0', { elf: [weak] }), glibc('2.41.0')]))).toEqual([
      expect.stringMatching(/^warn elf.version/),
    ]);
  });

  test('are compared by name: a newer library that dropped one does not fit', () => {
    const edges = check([
      component('x', '1.0.0', {
        elf: [program('/usr/bin/x', { needed: ['libfoo.so.1', 'libc.so.6'], needs: [{ library: 'libfoo.so.1', versions: ['FOO_1.5'] }] })],
      }),
      component('foo', '2.0.0', { elf: [library('/usr/lib/x86_64-linux-gnu/libfoo.so.1', { offers: ['FOO_1.0', 'FOO_2.0'] })] }),
      glibc('2.41.0'),
    ]);
    expect(troubles(edges)).toEqual([
      'error elf.version: /usr/bin/x needs FOO_1.5 from libfoo.so.1; /usr/lib/x86_64-linux-gnu/libfoo.so.1 has up to FOO_2.0',
    ]);
  });

  test('are no error where the library has none at all, as the loader takes it', () => {
    const edges = check([
      component('x', '1.0.0', {
        elf: [program('/usr/bin/x', { needed: ['libfoo.so.1', 'libc.so.6'], needs: [{ library: 'libfoo.so.1', versions: ['FOO_1.5'] }] })],
      }),
      component('foo', '2.0.0', { elf: [library('/usr/lib/x86_64-linux-gnu/libfoo.so.1')] }),
      glibc('2.41.0'),
    ]);
    expect(troubles(edges)).toEqual([expect.stringMatching(/^warn elf.version: .* has no symbol versions at all$/)]);
  });
});

describe('needed libraries', () => {
  test('are found through links across components', () => {
    const app = component('x', '1.0.0', {
      elf: [program('/usr/bin/x', { needed: ['libz.so.1', 'libc.so.6'] })],
      links: { '/usr/lib/x86_64-linux-gnu/libz.so.1': '/opt/z/lib/libz.so.1.3' },
    });
    const zlib = component('zlib', '1.3.0', { elf: [library('/opt/z/lib/libz.so.1.3', { soname: 'libz.so.1' })] });
    expect(troubles(check([app, zlib, glibc('2.41.0')]))).toEqual([]);
    expect(troubles(check([app, glibc('2.41.0')]))).toEqual(["error elf.needed: /usr/bin/x needs libz.so.1, which isn't in this root"]);
  });

  test('are looked for in RUNPATH with $ORIGIN, for that file alone', () => {
    const own = (flags: object): RootComponent =>
      component('x', '1.0.0', {
        elf: [
          program('/opt/x/bin/x', { needed: ['libone.so', 'libc.so.6'], runpath: ['$ORIGIN/../lib'], ...flags }),
          library('/opt/x/lib/libone.so', { needed: ['libtwo.so'] }),
          library('/opt/x/lib/libtwo.so'),
        ],
      });
    expect(troubles(check([own({}), glibc('2.41.0')]))).toEqual([
      "error elf.needed: /opt/x/lib/libone.so, loaded by /opt/x/bin/x, needs libtwo.so, which isn't in this root",
    ]);
    expect(troubles(check([own({ rpath: true }), glibc('2.41.0')]))).toEqual([]);
  });

  test('that are loaded already are not looked for again', () => {
    const app = component('x', '1.0.0', {
      elf: [
        program('/opt/x/bin/x', { needed: ['libtwo.so', 'libone.so', 'libc.so.6'], runpath: ['/opt/x/lib'] }),
        library('/opt/x/lib/libone.so', { needed: ['libtwo.so'] }),
        library('/opt/x/lib/libtwo.so'),
      ],
    });
    expect(troubles(check([app, glibc('2.41.0')]))).toEqual([]);
  });

  test('for another machine or class do not count', () => {
    const app = component('x', '1.0.0', { elf: [program('/usr/bin/x', { needed: ['libz.so.1', 'libc.so.6'] })] });
    for (const other of [{ machine: 'aarch64' }, { class: 32 as const, machine: 'em-3' }, { class: 32 as const }]) {
      const zlib = component('zlib', '1.3.0', { elf: [library('/usr/lib/x86_64-linux-gnu/libz.so.1', other)] });
      expect(troubles(check([app, zlib, glibc('2.41.0')])).filter((line) => line.startsWith('error'))).toEqual([
        expect.stringMatching(/^error elf.machine: \/usr\/bin\/x needs libz.so.1 for x86-64 \(64 bits\); .*libz.so.1 is for /),
      ]);
    }
  });

  test('of a plugin that no program leads to are a warning', () => {
    const plugin = component('x', '1.0.0', { elf: [program('/usr/bin/x'), library('/usr/lib/x/plugin.so', { needed: ['libjvm.so'] })] });
    expect(troubles(check([plugin, glibc('2.41.0')]))).toEqual([
      "warn elf.needed: /usr/lib/x/plugin.so needs libjvm.so, which isn't in this root",
    ]);
  });

  test('are those of the uppermost component that has the file', () => {
    const old = component('old', '1.0.0', { elf: [library('/usr/lib/x86_64-linux-gnu/libfoo.so.1', { offers: ['FOO_1'] })] });
    const young = component('young', '2.0.0', { elf: [library('/usr/lib/x86_64-linux-gnu/libfoo.so.1', { offers: ['FOO_1', 'FOO_2'] })] });
    const app = component('x', '1.0.0', {
      elf: [program('/usr/bin/x', { needed: ['libfoo.so.1', 'libc.so.6'], needs: [{ library: 'libfoo.so.1', versions: ['FOO_2'] }] })],
    });
    expect(troubles(check([app, young, old, glibc('2.41.0')]))).toEqual([]);
    expect(troubles(check([app, old, young, glibc('2.41.0')]))).toEqual([expect.stringMatching(/^error elf.version: .* has up to FOO_1$/)]);
  });

  test('are hidden by an upper link or folder as an overlay hides them', () => {
    const app = component('x', '1.0.0', {
      elf: [program('/usr/bin/x', { needed: ['libfoo.so.1', 'libc.so.6'], runpath: ['/usr/lib/foo'] })],
    });
    const foo = component('foo', '1.0.0', { elf: [library('/usr/lib/foo/libfoo.so.1')] });
    const link = component('link', '1.0.0', { links: { '/usr/lib/foo': '/nowhere' } });
    const hidden = component('hidden', '1.0.0', { elf: [program('/usr/lib/foo/helper', { needed: ['libgone.so'] })] });
    expect(troubles(check([link, hidden, glibc('2.41.0')]))).toEqual([]);
    const folder = component('folder', '1.0.0', { links: { '/usr/lib/foo/other': 'x' } });
    expect(troubles(check([app, link, foo, glibc('2.41.0')]))).toEqual([expect.stringMatching(/^error elf.needed/)]);
    expect(troubles(check([app, foo, link, glibc('2.41.0')]))).toEqual([]);
    expect(troubles(check([app, folder, link, foo, glibc('2.41.0')]))).toEqual([]);
  });
});

describe('loaders and machines', () => {
  test('a program without its loader is an error', () => {
    expect(troubles(check([component('x', '1.0.0', { elf: [program('/usr/bin/x', { needed: [] })] })]))).toEqual([
      `error elf.interp: /usr/bin/x is loaded by ${loader}, which isn't in this root`,
    ]);
  });

  test('a program for another machine is an error, a firmware file is not', () => {
    const arm = { machine: 'aarch64', needed: [] };
    const { interpreter: _, ...firmware } = program('/usr/lib/firmware/u-boot.elf', arm);
    const edges = check([component('x', '1.0.0', { elf: [program('/usr/bin/x', arm), firmware] }), glibc('2.41.0')]);
    expect(troubles(edges)).toEqual([
      expect.stringMatching(/^error elf.interp: \/usr\/bin\/x is for aarch64 \(64 bits\), its loader .* for x86-64 \(64 bits\)$/),
      "error elf.machine: /usr/bin/x is for aarch64 (64 bits) and can't run on linux/amd64",
      "info elf.machine: /usr/lib/firmware/u-boot.elf is for aarch64 (64 bits) and can't run on linux/amd64",
    ]);
  });

  test('a loop of links ends', () => {
    const loop = component('loop', '1.0.0', {
      elf: [program('/usr/bin/x', { needed: ['libl.so', 'libc.so.6'] })],
      links: { '/usr/lib/libl.so': 'libm.so', '/usr/lib/libm.so': 'libl.so' },
    });
    expect(troubles(check([loop, glibc('2.41.0')]))).toEqual(["error elf.needed: /usr/bin/x needs libl.so, which isn't in this root"]);
  });
});

describe('missing facts', () => {
  test('are unknown, and make unknown what is not found elsewhere, never what is found and does not fit', () => {
    const app = component('redis', '8.0.6', {
      elf: [
        program('/usr/bin/redis-cli', {
          needed: ['libssl.so.3', 'libc.so.6'],
          needs: [{ library: 'libc.so.6', versions: ['GLIBC_2.43'] }],
        }),
      ],
    });
    const edges = check([app, { name: 'openssl', version: '3.5.4', facts: undefined }, glibc('2.41.0')]);
    expect(troubles(edges)).toEqual([
      'unknown facts.present: openssl 3.5.4 has no facts for linux/amd64, so nothing in it is proven',
      "unknown elf.needed: /usr/bin/redis-cli needs libssl.so.3, which isn't in this root",
      'error elf.version: /usr/bin/redis-cli needs GLIBC_2.43 from libc.so.6; /usr/lib/x86_64-linux-gnu/libc.so.6 has up to GLIBC_2.41',
    ]);
    expect(summarizeEdges(edges).counts).toMatchObject({ error: 1, unknown: 2 });
  });
});

describe('programs', () => {
  const need = (text: string, why: ProgramNeed['why'] = 'exec'): ProgramNeed => ({
    component: 'docker',
    version: '26.1.5',
    program: text,
    why,
  });
  const busybox = component('busybox', '1.37.0', {
    elf: [program('/usr/bin/busybox', { needed: [] })],
    links: { '/usr/bin/sh': 'busybox', '/usr/sbin/reboot': '/usr/bin/busybox' },
  });

  test('are found on PATH, through links, as what somebody declared', () => {
    const edges = check([busybox, glibc('2.41.0')], {
      programs: [need('reboot'), need('/bin/sh', 'args'), need('/usr/bin/busybox', 'runtime')],
    });
    expect(troubles(edges)).toEqual([]);
    expect(summarizeEdges(edges)).toMatchObject({ declared: 3 });
  });

  test('that are missing are an error, with the variants that an alternative would choose from', () => {
    const iptables = component('iptables', '1.8.9', { programs: ['/usr/sbin/iptables-nft', '/usr/sbin/iptables-legacy'] });
    const edges = check([iptables], { programs: [need('iptables')] });
    expect(troubles(edges)).toEqual([
      "error exec.path: docker 26.1.5 expects iptables, which isn't on the PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
    expect(edges[0]?.hints).toEqual(['there is /usr/sbin/iptables-legacy, /usr/sbin/iptables-nft: add a link, as an alternative would']);
  });

  test('that are misspelt get the nearest name', () => {
    const edges = check([busybox, glibc('2.41.0')], { programs: [need('busyboxx')] });
    expect(edges.find((edge) => edge.verdict === 'error')?.hints).toEqual(['did you mean `busybox`?']);
  });

  test('behind a dangling link, without the execute bit, or off the PATH are missing', () => {
    const redis = component('redis', '8.0.2', {
      links: { '/usr/bin/redis-server': 'redis-check-rdb' },
      elf: [{ ...program('/usr/bin/plain'), needed: [] }],
      programs: [],
    });
    expect(troubles(check([redis, glibc('2.41.0')], { programs: [need('redis-server', 'args')] }))).toEqual([
      'error exec.path: docker 26.1.5 starts redis-server, but /usr/bin/redis-server is a link to nothing that can be executed',
    ]);
    expect(troubles(check([redis, glibc('2.41.0')], { programs: [need('/usr/bin/plain', 'args')] }))).toEqual([
      "error exec.path: docker 26.1.5 starts /usr/bin/plain, which isn't in this root",
    ]);
    expect(troubles(check([busybox, glibc('2.41.0')], { programs: [need('busybox')], path: ['/opt/bin'] }))).toEqual([
      expect.stringMatching(/^error exec.path: .* on the PATH \/opt\/bin$/),
    ]);
  });

  test('that are scripts need their interpreter', () => {
    const script = component('task', '1.0.0', { programs: ['/usr/bin/task'], scripts: { '/usr/bin/task': '/bin/sh' } });
    expect(troubles(check([script, busybox, glibc('2.41.0')], { programs: [need('task', 'args')] }))).toEqual([]);
    expect(troubles(check([script], { programs: [need('task', 'args')] }))).toEqual([
      "error exec.interpreter: /usr/bin/task is a script for /bin/sh, which isn't in this root",
    ]);
  });
});

test('a description never says that something offers what it lacks', () => {
  const x = component('x', '1.0.0', { elf: [program('/usr/bin/x', { machine: 'aarch64', needed: ['libz.so.1'] })] });
  const rows = check([x, glibc('2.41.0')], { programs: [{ component: 'x', version: '1.0.0', program: 'y', why: 'exec' }] })
    .filter((edge) => edge.verdict === 'error')
    .map((edge) => describeEdge(edge).rows.map((row) => `${row.subject} ${row.verb} ${row.what}`));
  expect(rows).toEqual([
    ['x 1.0.0 needs y', 'root redis offers no such file'],
    [`/usr/bin/x needs ${loader}`, '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 offers x86-64 (64 bits)'],
    ['/usr/bin/x needs aarch64 (64 bits)', 'root redis offers linux/amd64'],
    ['/usr/bin/x needs libz.so.1', 'root redis offers no such file'],
  ]);
});

test('the order of the answer does not hang on the order of lists in facts', () => {
  const files = [needsMath, program('/usr/bin/redis-cli'), program('/usr/bin/a')];
  const first = check([component('redis', '8.0.6', { elf: files }), glibc('2.41.0')]);
  expect(check([component('redis', '8.0.6', { elf: [...files].reverse() }), glibc('2.41.0')])).toEqual(first);
});
