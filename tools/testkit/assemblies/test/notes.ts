import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';

const address = `http://127.0.0.1:${process.env['MOBY_PORT_7003']}/cgi-bin`;

describe('the notes', () => {
  test('are none on a blank disk', async () => {
    assert.equal(await (await fetch(`${address}/notes`)).text(), '');
  });

  test('are kept', async () => {
    const answer: Response = await fetch(`${address}/notes`, { method: 'POST', body: 'written before the reboot' });
    assert.equal(await answer.text(), 'written before the reboot\n');
  });
});

test('the machine was told that this is a test', async () => {
  assert.match(await (await fetch(`${address}/machine`)).text(), / notes\.author=test\b/);
});

test('a payload is a tar of what the component has', () => {
  const tar = readFileSync(process.env['MOBY_PAYLOAD_BUSYBOX'] ?? '');
  assert.equal(tar.toString('latin1', 257, 262), 'ustar');
  assert.ok(tar.includes('usr/bin/busybox'));
});

test('the environment is bounded, and the folder is the script’s own', () => {
  assert.equal(process.env['XDG_CACHE_HOME'], undefined);
  writeFileSync('state', 'kept over the reboot');
});
