import { expect, onTestFinished, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { prepareRoot, publishBody, publishPath, startServer, type RunningServer } from './running-server.ts';
import type { EntryOptions } from './server-entry.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

async function start(options: EntryOptions, clockSkewMs: number): Promise<RunningServer> {
  const server = await startServer({ ...options, clockSkewMs });
  onTestFinished(() => server.kill());
  return server;
}

test('a token is good from its own time until its days are over, by the server’s clock', async () => {
  const options = prepareRoot(scratchFolder(), 'tokenDays: 2\n');
  const today = await start(options, 0);
  const token = await today.login('mike');
  expect((await today.ask({ method: 'PUT', path: publishPath(), token, body: publishBody() })).status).toBe(201);
  await today.stop();
  for (const [skewMs, status, version] of [
    [-dayMs, 401, '1.0.1'],
    [dayMs, 201, '1.0.2'],
    [2 * dayMs - hourMs, 201, '1.0.3'],
    [2 * dayMs + hourMs, 401, '1.0.4'],
    [365 * dayMs, 401, '1.0.5'],
  ] as const) {
    const then = await start(options, skewMs);
    const answered = await then.ask({ method: 'PUT', path: publishPath(), token, body: publishBody({ version }) });
    expect([skewMs, answered.status]).toEqual([skewMs, status]);
    if (status === 401) expect(answered.json['error']).toMatch(/^MOBY-D401 login-needed: the token (has expired|is from the future)/);
    expect((await then.ask({ path: '/-/whoami', token })).json['username']).toBe(status === 401 ? undefined : 'mike');
    expect((await then.ask({ path: '/-/whoami', token: await then.login('mike') })).json['username']).toBe('mike');
    expect((await then.ask({ path: publishPath(), token })).status).toBe(200);
    const { time } = (await then.ask({ path: publishPath() })).json;
    if (status === 201) expect(Math.abs(Date.parse(time[version]) - Date.now() - skewMs)).toBeLessThan(hourMs);
    expect((await then.ask({ path: '/-/readyz' })).json['status']).toBe('ready');
    await then.stop();
  }
});

test('a clock that is a day behind neither locks anybody out nor lets anybody guess for longer', async () => {
  const options = prepareRoot(scratchFolder());
  const behind = await start(options, -dayMs);
  const token = await behind.login('mike');
  await behind.stop();
  const ahead = await start(options, dayMs);
  expect((await ahead.ask({ path: '/-/whoami', token })).json).toEqual({ username: 'mike' });
  const guess = (password: string): Promise<number> =>
    ahead.ask({ method: 'PUT', path: '/-/user/org.couchdb.user:bo', body: { name: 'bo', password } }).then(({ status }) => status);
  const statuses: number[] = [];
  for (let i = 0; i < 7; i += 1) statuses.push(await guess(`guess ${i}`));
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
});
