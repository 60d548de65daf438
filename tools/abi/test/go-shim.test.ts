import { readFileSync } from 'node:fs';
import { type GoFacts, type GoService } from '@moby/model';
import { parseFacts } from '@moby/abi';
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
const isTask = (item: GoService): boolean => /^containerd\.task\.v[0-9]+\.Task$/.test(item.service);
const tasks = (items: readonly GoService[] | undefined): readonly string[] =>
  (items ?? []).filter(isTask).map((item) => `${item.transport} ${item.service}`);

describe('three containerds and three shims', () => {
  // Observed by starting each shim with each containerd (`ctr run`): these two pairs failed, the seven others ran.
  const failed = new Set(['1.6.20 2.1.9', '1.7.24 2.1.9']);
  const pairs = versions.flatMap((daemon) => versions.map((shim) => [daemon, shim] as const));

  test.each(pairs)('containerd %s and shim %s have a task service in common exactly where they ran', (daemon, shim) => {
    const offered = tasks(factsOf(shim, shimProgram).services?.provides);
    const fits = tasks(factsOf(daemon, 'containerd').services?.consumes).some((need) => offered.includes(need));
    expect(fits).toBe(!failed.has(`${daemon} ${shim}`));
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
