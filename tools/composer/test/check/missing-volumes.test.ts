import { describe, expect, test } from 'vitest';
import { missingVolumes } from '../../src/check/missing-volumes.ts';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service } from '../line/scratch-library.ts';

const offers = { kind: 'task', provides: { 'volume:data': '1.0.0' } };
const mounting = { ...offers, service: { args: ['/usr/bin/mounter', 'data', 'log'], diskArgument: 1, restart: 'no' } };

/** What is said of an assembly with `onboot` and these volumes, in a library with a mounter of disks and one that takes memory. */
async function said(onboot: string, volumes: string): Promise<readonly string[]> {
  const library = await scratchLibrary();
  await library.add(service('mounter', '1.0.0', mounting));
  await library.add(service('memory', '1.0.0', { ...offers, service: { args: ['/usr/bin/memory'], restart: 'no' } }));
  await library.assembly('web', `name: web\nversion: 1.0.0\n${volumes}defaults: { "runtime:oci": crun }\nonboot:\n${onboot}`);
  const judged = await (await library.open()).check(ask('web'));
  if (judged.ok) return missingVolumes(judged.value.assembly, judged.value.resolution).map(({ finding }) => finding.message);
  return judged.findings.map(({ message, place, hints = [] }) => `${place?.line}: ${message}: ${hints.join()}`);
}

const data = 'volumes: [{ name: data, size: 1GB }]\n';

describe('who mounts a disk of the machine', () => {
  test('needs a volume of the name that its arguments have', async () => {
    expect(await said('  - component: mounter\n', '')).toEqual([
      '5: `mounter` needs the volume `data`, and the assembly has none of this name: add `volumes: [{ name: data, size: 4GB }]`',
    ]);
    expect(await said('  - component: mounter\n', data)).toEqual([]);
  });

  test('may be told another disk, which has to be there too', async () => {
    const logs = '  - component: mounter\n    args: [/usr/bin/mounter, logs]\n';
    expect(await said(logs, data)).toEqual([expect.stringContaining('needs the volume `logs`')]);
    expect(await said(logs, 'volumes: [{ name: logs, size: 1GB }]\n')).toEqual([]);
  });

  test('takes the name of its manifest where the entry’s arguments end before it', async () => {
    expect(await said('  - component: mounter\n    args: [/usr/bin/mounter]\n', '')).toEqual([
      expect.stringContaining('the volume `data`'),
    ]);
  });
});

test('who offers a volume without a disk needs none', async () => {
  expect(await said('  - component: memory\n', '')).toEqual([]);
});
