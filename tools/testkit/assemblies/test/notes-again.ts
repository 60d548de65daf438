import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const address = `http://127.0.0.1:${process.env['MOBY_PORT_7003']}/cgi-bin`;

test('what was written before the reboot is still there', async () => {
  assert.equal(await (await fetch(`${address}/notes`)).text(), 'written before the reboot\n');
});

test('what the first script left for this one too', () => {
  assert.equal(readFileSync('state', 'utf8'), 'kept over the reboot');
});
