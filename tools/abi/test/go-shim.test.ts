import { readFileSync } from 'node:fs';
import { type GoFacts } from '@moby/model';
import { checkRoot, parseFacts, type RootComponent } from '@moby/abi';
import { describe, expect, test } from 'vitest';

/** What was read from the packages of three Debian releases: version → program → facts. */
const versions = ['1.6.20', '1.7.24', '2.1.9'] as const;
const fixture: unknown = JSON.parse(readFileSync(new URL('fixtures/containerd-go-facts.json', import.meta.url), 'utf8'));

/** Through the reader of facts.json, so that the fixture has its form. */
function factsOf(version: string, program: string): GoFacts {
  const go: unknown = Object(Object(fixture)[version])[program];
  const elf = [{ path: `/usr/bin/${program}`, class: 64, machine: 'x86-64', needed: [], needs: [], offers: [], go }];
  const platform = { payload: `sha256:${'0'.repeat(64)}`, unpackedBytes: 0, elf, programs: [], links: {} };
  const found = parseFacts(JSON.stringify({ facts: 1, platforms: { 'linux/amd64': platform } }), program).platforms['linux/amd64']?.elf[0]
    ?.go;
  if (found === undefined) throw new Error(`the fixture has no ${program} ${version}`);
  return found;
}

const shimProgram = 'containerd-shim-runc-v2';
const bare = { class: 64, machine: 'x86-64', needed: [], needs: [], offers: [] } as const;

describe('three containerds and three shims', () => {
  // Observed by starting each shim with each containerd (`ctr run`): these two pairs failed, the seven others ran.
  const failed = new Set(['1.6.20 2.1.9', '1.7.24 2.1.9']);
  const pairs = versions.flatMap((daemon) => versions.map((shim) => [daemon, shim] as const));

  test.each(pairs)('containerd %s and shim %s are refused exactly where they did not run', (daemon, shim) => {
    const component = (name: string, version: string, program: string): RootComponent => ({
      name,
      version,
      facts: {
        unpackedBytes: 0,
        elf: [{ ...bare, path: `/usr/bin/${program}`, go: factsOf(version, program) }],
        programs: [`/usr/bin/${program}`],
        links: {},
      },
    });
    const edges = checkRoot({
      root: 'containerd',
      platform: 'linux/amd64',
      components: [component('containerd', daemon, 'containerd'), component('containerd-shim-runc', shim, shimProgram)],
      programs: [],
    }).filter(({ rule }) => rule === 'shim.bootstrap' || rule === 'rpc.service');
    expect(edges).toHaveLength(2);
    expect(edges.every(({ verdict }) => verdict === 'ok')).toBe(!failed.has(`${daemon} ${shim}`));
    expect(edges.some(({ verdict }) => verdict === 'error')).toBe(failed.has(`${daemon} ${shim}`));
  });

  test('a shim that nobody can read is unknown, not fitting', () => {
    const programs = ['/usr/bin/containerd', '/usr/bin/containerd-shim-wasm-v1'];
    const facts = { unpackedBytes: 0, elf: programs.map((path) => ({ ...bare, path })), programs, links: {} };
    const edges = checkRoot({ root: 'r', platform: 'linux/amd64', components: [{ name: 'x', version: '1.0.0', facts }], programs: [] });
    expect(edges.filter(({ rule }) => rule === 'shim.bootstrap' || rule === 'rpc.service').map(({ verdict }) => verdict)).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  test('the daemon understands the reply of every older shim', () => {
    expect(versions.map((version) => factsOf(version, 'containerd').shimStart?.accepts)).toEqual([
      ['plain'],
      ['plain', 'json'],
      ['plain', 'json'],
    ]);
    expect(versions.map((version) => factsOf(version, shimProgram).shimStart?.emits)).toEqual(['plain', 'plain', 'json']);
  });

  test('the client is neither', () => {
    for (const version of versions) expect(factsOf(version, 'ctr').shimStart).toBeUndefined();
  });

  test('each daemon offers the CRI versions of its line', () => {
    const cri = versions.map((version) =>
      (factsOf(version, 'containerd').services?.provides ?? [])
        .filter((item) => /^runtime\.v.*\.RuntimeService$/.test(item.service))
        .map((item) => item.service.split('.')[1]),
    );
    expect(cri).toEqual([['v1', 'v1alpha2'], ['v1', 'v1alpha2'], ['v1']]);
  });
});
