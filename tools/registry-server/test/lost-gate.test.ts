import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { prepareRoot, publishBody, publishPath, startServer, type RunningServer } from './running-server.ts';

/** The gate, until `FOLDER/sabotage` says what takes its place. */
const plugin = `
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
module.exports = (config) => ({
  register_middlewares: (app, auth, storage) => {
    let gate;
    config.install(Object.assign(() => undefined, { use: (handler) => (gate = handler) }), auth, storage);
    const file = join(__dirname, 'sabotage');
    app.use((request, response, next) => {
      const how = existsSync(file) ? readFileSync(file, 'utf8') : 'none';
      if (how === 'none') gate(request, response, next);
      else if (how === 'open') next();
      else if (how === 'refuses by itself') response.status(401).json({ code: 'MOBY-D401', nonce: 'x' });
      else if (how === 'guards some') request.url.includes('-rev') ? next() : gate(request, response, next);
      else if (how === 'throws') throw new Error('sabotaged');
    });
  },
});
`;

/** Whatever ends a request within a test is the gate’s loss, and no limit of time. */
const patient = 'limits: { idleMs: 600000, requestMs: 600000, stopMs: 600000 }\n';

interface Sabotaged {
  readonly server: RunningServer;
  readonly token: string;
  readonly root: string;
  readonly sabotage: (how: string) => void;
}

async function start(): Promise<Sabotaged> {
  const root = scratchFolder();
  const folder = join(root, 'plugins/verdaccio-moby-gate');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.cjs'), plugin);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'verdaccio-moby-gate', version: '1.0.0', main: 'index.cjs' }));
  const server = await startServer({
    ...prepareRoot(join(root, 'registry'), patient),
    pluginFolder: join(root, 'plugins'),
    proveEveryMs: 200,
  });
  onTestFinished(() => server.kill());
  const token = await server.login('stella');
  const first = await server.ask({ method: 'PUT', path: publishPath(), token, body: publishBody() });
  expect(first.status).toBe(201);
  return { server, token, root: join(root, 'registry'), sabotage: (how) => writeFileSync(join(folder, 'sabotage'), how) };
}

test.each(['open', 'refuses by itself', 'guards some', 'throws'])(
  'a gate that %s while the port is open is noticed by its canary, and the port is closed',
  async (how) => {
    const { server, sabotage, token, root } = await start();
    await expect.poll(async () => (await server.ask({ path: '/-/readyz' })).json['gateProvedMsAgo'] < 1000).toBe(true);
    const slow = connect(server.port, '127.0.0.1');
    slow.on('error', () => undefined).resume();
    slow.write(
      `PUT ${publishPath('@moby/slow')} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{`,
    );
    const cut = once(slow, 'close');
    sabotage(how);
    await once(server.process, 'close');
    await cut;
    expect(server.process.exitCode).toBe(1);
    await expect(server.ask({ path: '/-/ping' })).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    expect(server.stdout().trim().split('\n').at(-1)).toContain('"code":"gate-open"');
    expect(readFileSync(join(root, 'published.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(join(root, 'packages/@moby/slow'))).toBe(false);
  },
);

test('a gate that is silent lets nothing in, so reads go on; it is said, and over when the gate speaks again', async () => {
  const { server, sabotage, token } = await start();
  sabotage('is silent');
  const ready = async (): Promise<unknown> => (await server.ask({ path: '/-/readyz' })).json['status'];
  await expect.poll(ready, { timeout: 20_000 }).toBe('gate-silent');
  expect((await server.ask({ path: '/-/readyz' })).status).toBe(503);
  expect((await server.ask({ path: publishPath() })).status).toBe(200);
  sabotage('none');
  await expect.poll(ready, { timeout: 20_000 }).toBe('ready');
  expect((await server.ask({ method: 'PUT', path: publishPath(), token, body: publishBody({ version: '1.0.1' }) })).status).toBe(201);
});
