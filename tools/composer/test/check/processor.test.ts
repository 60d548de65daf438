import { expect, test } from 'vitest';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service } from '../line/scratch-library.ts';

const program = { path: '/usr/bin/app', class: 64, machine: 'x86-64', needed: [], needs: [], offers: [] };

/** What is said of a service whose one program is `elf`, in an assembly with these lines more. */
async function said(elf: object, lines: string): Promise<readonly string[]> {
  const library = await scratchLibrary();
  await library.add(service('app', '1.0.0'));
  await library.teach('app/1.0', { elf: [{ ...program, ...elf }] });
  await library.assembly('web', `name: web\nversion: 1.0.0\n${lines}defaults: { "runtime:oci": crun }\nservices:\n  - component: app\n`);
  const judged = await (await library.open()).check(ask('web'));
  if (!judged.ok) return judged.findings.map(({ code, details }) => `${code}: ${details?.[0]}`);
  return judged.value.verdict.edges.filter(({ rule }) => rule === 'cpu.isa').map(({ verdict, sentence }) => `${verdict} ${sentence}`);
}

const go = { go: { version: 'go1.24.4', isaLevel: 3 } };

test('an assembly says for which processor it is, and what needs more is refused, a static program of Go too', async () => {
  for (const elf of [{ isaLevel: 3 }, go])
    expect(await said(elf, 'processor: x86-64-v2\n')).toEqual(['cpu-isa: /usr/bin/app needs  x86-64-v3']);
});

test('what the processor has is no more than told, and without a word about it a need is a warning', async () => {
  expect(await said(go, 'processor: x86-64-v3\n')).toEqual(['ok /usr/bin/app needs x86-64-v3, and the processor is x86-64-v3']);
  expect(await said(go, '')).toEqual(['warn /usr/bin/app runs only on processors of x86-64-v3']);
  expect(await said({ isaLevel: 1 }, 'processor: x86-64-v1\n')).toEqual([]);
});
