/** The second boot: what the volume has kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, at, outputOf, run, until } from './engine-api.mts';
import { podman, wasTold } from './points.mts';

await test("a volume's data and images outlive a reboot", async () => {
  await until('podman', () => ask('GET', '/info'), () => true, 120_000);
  assert.equal(await run('cat /data/file', { image: 'localhost/base', host: { Binds: ['kept:/data'] } }), 'precious\n');
  assert.equal(await outputOf('localhost/built'), 'made\nfrom the context\n');
});

await test('networks outlive a reboot', async () => {
  assert.equal(at(await ask('GET', '/networks/own'), 'Driver'), 'bridge');
});

await test('what ran when the machine ended was told to end', () => wasTold(podman));
