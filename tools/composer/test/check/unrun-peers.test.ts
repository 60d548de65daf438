import { expect, test } from 'vitest';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service } from '../line/scratch-library.ts';

const peer = { requires: { 'volume:data': { range: '*', in: 'peer' } } };

/** What is said of an assembly with these entries, in a library with a store that needs a volume, and a task that offers it. */
async function said(entries: string): Promise<readonly string[]> {
  const library = await scratchLibrary();
  await library.add(service('store', '1.0.0', peer));
  await library.add(service('cellar', '1.0.0', { kind: 'task', provides: { 'volume:data': '1.0.0' } }));
  await library.add(service('user', '1.0.0', { requires: { store: '*' } }));
  await library.assembly('web', `name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\n${entries}`);
  const judged = await (await library.open()).check(ask('web'));
  return judged.ok ? [] : judged.findings.map(({ message, hints = [] }) => `${message}: ${hints.join()}`);
}

test('a service that is asked for as a peer has to be run', async () => {
  expect(await said('services:\n  - component: store\n')).toEqual([
    '`store` needs `volume:data`, which `cellar` offers where it is run, and no entry runs it: add `onboot: [{ component: cellar }]`',
  ]);
  expect(await said('with: [cellar]\nservices:\n  - component: store\n')).toHaveLength(1);
  expect(await said('onboot:\n  - component: cellar\nservices:\n  - component: store\n')).toEqual([]);
});

test('what is put beside a container’s own component counts as run, what that only requires does not', async () => {
  expect(await said('services:\n  - component: user\n    with: [store]\n')).toHaveLength(1);
  expect(await said('services:\n  - component: user\n')).toEqual([]);
});
