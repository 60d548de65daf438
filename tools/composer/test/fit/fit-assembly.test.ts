import { readFileSync } from 'node:fs';
import type { Variation } from '@moby/composer';
import { describe, expect, test } from 'vitest';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from '../line/scratch-library.ts';

/** What was read from the packages of three Debian releases: version → program → facts. */
const read = JSON.parse(readFileSync(new URL('../../../abi/test/fixtures/containerd-go-facts.json', import.meta.url), 'utf8'));
const versions = ['1.6.20', '1.7.24', '2.1.9'] as const;

function programFacts(program: string, go: unknown): object {
  const path = `/usr/bin/${program}`;
  return { elf: [{ path, class: 64, machine: 'x86-64', needed: [], needs: [], offers: [], go }], programs: [path] };
}

/** Three lines of containerd, which needs some shim, and three of the shim: no manifest says which go together. */
async function containerdLibrary(): Promise<ScratchLibrary> {
  const library = await scratchLibrary();
  const add = async (name: string, program: string, version: string, manifest: object): Promise<void> => {
    const path = `usr/bin/${program}`;
    await library.add({ name, upstream: version, files: { [path]: version }, executable: [path], manifest: { kind: 'tool', ...manifest } });
    await library.teach(`${name}/${version.split('.').slice(0, 2).join('.')}`, programFacts(program, read[version][program]));
  };
  for (const version of versions) {
    await add('containerd', 'containerd', version, { requires: { 'shim:runc-v2': '*' } });
    await add('containerd-shim-runc', 'containerd-shim-runc-v2', version, { provides: { 'shim:runc-v2': version } });
  }
  await library.add(service('engine', '1.0.0', { requires: { containerd: '*' } }));
  await library.add(service('old-engine', '1.0.0', { requires: { containerd: '~1.7', 'containerd-shim-runc': '~2.1' } }));
  return library;
}

interface Told {
  readonly chosen: string;
  readonly findings: readonly string[];
}

async function fit(library: ScratchLibrary, wishes: string, variation: Partial<Variation> = {}): Promise<Told> {
  const text = `name: containerd-os\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\n${wishes}`;
  const file = await library.assembly('containerd-os', text);
  const judged = await (await library.open()).check(ask(file, { variation: { with: [], without: [], replace: [], ...variation } }));
  const findings = judged.findings.map(({ severity, code, message, details = [] }) =>
    [`${severity}[${code}]: ${message}`, ...details].map((line) => `${line}\n`).join(''),
  );
  if (!judged.ok) return { chosen: '', findings };
  const roots = judged.value.resolution.roots.flatMap(({ components }) => components);
  const chosen = roots.filter(({ name }) => name.startsWith('containerd')).map(({ name, version }) => `${name} ${version}`);
  return { chosen: chosen.join(', '), findings };
}

describe('resolving, where no manifest says what fits', () => {
  test('takes the newest that the facts admit', async () => {
    const library = await containerdLibrary();
    expect(await fit(library, 'with: [containerd@~1.7]\n')).toEqual({
      chosen: 'containerd 1.7.24+r1, containerd-shim-runc 1.7.24+r1',
      findings: [],
    });
    expect((await fit(library, 'with: [containerd]\n')).chosen).toBe('containerd 2.1.9+r1, containerd-shim-runc 2.1.9+r1');
    expect((await fit(library, 'with: [containerd, containerd-shim-runc@~1.6]\n')).chosen).toBe(
      'containerd 2.1.9+r1, containerd-shim-runc 1.6.20+r1',
    );
  });

  test('changes the one that may change, in a container as on the machine', async () => {
    const library = await containerdLibrary();
    expect((await fit(library, 'with: [containerd, containerd-shim-runc@~2.1]\n')).chosen).toBe(
      'containerd 2.1.9+r1, containerd-shim-runc 2.1.9+r1',
    );
    expect((await fit(library, 'constraints: [containerd@<2]\nservices:\n  - component: engine\n')).chosen).toBe(
      'containerd 1.7.24+r1, containerd-shim-runc 1.7.24+r1',
    );
  });

  test('refuses a pair that is asked for exactly where it did not run', async () => {
    const library = await containerdLibrary();
    const refused: string[] = [];
    for (const [daemon, shim] of versions.flatMap((one) => versions.map((other) => [one, other] as const))) {
      const { chosen } = await fit(library, `with: [containerd@${daemon}, containerd-shim-runc@${shim}]\n`);
      if (chosen === '') refused.push(`containerd ${daemon}, shim ${shim}`);
      else expect(chosen).toBe(`containerd ${daemon}+r1, containerd-shim-runc ${shim}+r1`);
    }
    expect(refused).toEqual(['containerd 1.6.20, shim 2.1.9', 'containerd 1.7.24, shim 2.1.9']);
  });
});

describe('where nothing fits', () => {
  test('the rule speaks of what was wished for, with the service, the places and ways out that pass the check', async () => {
    const library = await containerdLibrary();
    expect((await fit(library, 'with:\n  - containerd@~1.7\n  - containerd-shim-runc@~2.1\n')).findings).toEqual([
      `error[rpc-service]: containerd-shim-runc 2.1.9+r1 doesn't fit containerd 1.7.24+r1
/usr/bin/containerd-shim-runc-v2 needs  a daemon that speaks ttrpc containerd.task.v3.Task
/usr/bin/containerd              offers ttrpc containerd.task.v2.Task, grpc containerd.task.v3.Task
evidence: read from both files
containerd-os requires containerd@~1.7 (assembly.yaml:5)
containerd-os requires containerd-shim-runc@~2.1 (assembly.yaml:6)

either of these solves it; each was tried:
  assembly.yaml:5   containerd@^2.1  instead of containerd@~1.7 (touches nothing else)
  assembly.yaml:6   containerd-shim-runc@^1.7 instead of containerd-shim-runc@~2.1 (touches nothing else)
`,
    ]);
  });

  test('another line of what is in already is tried on the command line', async () => {
    const library = await containerdLibrary();
    const replace = ['containerd-shim-runc=containerd-shim-runc@~2.1'];
    const [first = ''] = (await fit(library, 'with: [containerd@~1.7]\n', { replace })).findings;
    expect(first).toContain("error[rpc-service]: containerd-shim-runc 2.1.9+r1 doesn't fit containerd 1.7.24+r1\n");
    expect(first).toContain(`containerd-os constrains containerd-shim-runc@~2.1 (--replace ${replace.join('')})\n`);
    expect((await fit(library, 'with: [containerd]\n', { replace: ['containerd-shim-runc=containerd-shim-runc@~1.6'] })).chosen).toBe(
      'containerd 2.1.9+r1, containerd-shim-runc 1.6.20+r1',
    );
  });

  test('a chain of requirements is a proof that quotes the rule', async () => {
    const library = await containerdLibrary();
    expect((await fit(library, 'services:\n  - component: old-engine\n')).findings).toEqual([
      `error[no-solution]: containerd-os can't be resolved
every version of old-engine/old-engine requires containerd@~1.7,
and old-engine/containerd-shim-runc 2.1.9+r1 doesn't fit old-engine/containerd 1.7.24+r1: /usr/bin/containerd-shim-runc-v2 serves ttrpc containerd.task.v3.Task; /usr/bin/containerd speaks ttrpc containerd.task.v2.Task, grpc containerd.task.v3.Task,
so old-engine/containerd-shim-runc@~2.1 and old-engine/old-engine exclude each other;
and every version of old-engine/old-engine requires containerd-shim-runc@~2.1,
so old-engine/old-engine can't be used; and containerd-os requires it  (assembly.yaml:5).

this solves it; it was tried:
  assembly.yaml:5   without old-engine/old-engine
`,
    ]);
  });
});

test('what nobody knows is no conflict, and what is no matter of versions is said as it is', async () => {
  const library = await containerdLibrary();
  await library.add({ name: 'odd', upstream: '1.0.0', files: { 'usr/share/odd': '1' }, manifest: { kind: 'tool', exec: ['missing'] } });
  const [wrong = ''] = (await fit(library, 'with: [odd]\n')).findings;
  expect(wrong).toMatch(/^error\[exec-path\]: odd 1\.0\.0\+r1 lacks what it needs in machine\n/);
  const path = 'usr/bin/containerd-shim-runc-v2';
  const manifest = { kind: 'tool', provides: { 'shim:runc-v2': '3.0.0' } };
  await library.add({ name: 'containerd-shim-runc', upstream: '3.0.0', files: { [path]: '3' }, executable: [path], manifest });
  await library.teach('containerd-shim-runc/3.0', programFacts('containerd-shim-runc-v2', {}));
  const { chosen, findings } = await fit(library, 'with: [containerd@~1.7]\n');
  expect(chosen).toBe('containerd 1.7.24+r1, containerd-shim-runc 3.0.0+r1');
  expect(findings.map((text) => text.slice(0, 20))).toEqual(['warning[no-facts]: n', 'warning[no-facts]: n']);
});
