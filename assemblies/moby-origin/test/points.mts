/** What every engine of the library does over Docker's API: the points that the scripts of several assemblies make. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { test } from 'node:test';
import { ask, at, endOf, hostPort, listAt, logsOf, type Options, outputOf, run, send, start, textAt, until } from './engine-api.mts';
import { imageOf, tarOf } from './image.mts';

/** Where engines differ. */
export interface Engine {
  /** What the engine puts before the name of an image that was loaded or built by a bare one. */
  readonly prefix: string;
  /** The names that an init has which the engine puts into a container on request. */
  readonly inits: readonly string[];
  /** Until when events are asked for, in seconds, where it is `now` by the machine's clock. */
  readonly eventsUntil: (now: number) => number;
}

export const docker: Engine = {
  prefix: '',
  inits: ['docker-init', 'tini'],
  // An end by the machine's clock that lies before it: the engine answers with what has happened, and doesn't wait.
  eventsUntil: Math.floor,
};

export const podman: Engine = {
  // A bare name means an image of the public registry; what is loaded by a bare name belongs to this host.
  prefix: 'localhost/',
  inits: ['catatonit', 'podman-init'],
  // Podman reads its file of events until this moment has come; of a moment that is over it tells nothing at all.
  eventsUntil: (now) => Math.ceil(now) + 5,
};

export async function commonPoints(engine: Engine): Promise<void> {
  await test('an image is loaded', () => loads(engine));
  await test('a container runs, limited, with an init', () => limits(engine));
  await test('a published port is reached from outside', () => publishes(engine));
  await test("a volume's data outlives its container", () => keepsData(engine));
  await test('two containers talk by name on a network', () => talkByName(engine));
  await test('a multi-stage Dockerfile is built', () => builds(engine));
  await test('logs and events tell what happened', () => tells(engine));
}

/** That a container goes on as it was when the engine's program is killed, and when it is ended, and another one takes over. */
export async function survives(engine: Engine, program: string, admin: (command: string) => Promise<string>): Promise<void> {
  const programs = async (): Promise<readonly string[]> => (await admin(`pidof ${program}`)).trim().split(' ');
  const survivor = await start('while :; do sleep 1; done', base(engine));
  const stateOf = async (): Promise<readonly unknown[]> => {
    const state = at(await ask('GET', `/containers/${survivor}/json`), 'State');
    return [at(state, 'Running'), at(state, 'Pid'), at(state, 'StartedAt')];
  };
  const before = await stateOf();
  assert.equal(before[0], true);
  for (const signal of ['KILL', 'TERM']) {
    const killed = await programs();
    // The container that sends the signal may lose its connection together with the engine.
    await admin(`kill -${signal} ${killed.join(' ')}`).catch(() => undefined);
    await until(`another ${program} after ${signal}`, programs, (pids) => pids.every((pid) => pid !== '' && !killed.includes(pid)), 120_000);
    assert.deepEqual(await stateOf(), before);
  }
  await ask('DELETE', `/containers/${survivor}?force=1`);
}

/** Starts what runs until the machine ends, one with ears and one without, for `wasTold` after the reboot. */
export async function leaveRunning(engine: Engine): Promise<void> {
  const command = "trap 'echo told >/data/end; exit' TERM; while :; do sleep 0.2; done";
  await start(command, base(engine, { name: 'last', host: { Binds: ['kept:/data'] } }));
  await start('while :; do sleep 1; done', base(engine, { name: 'deaf' }));
}

/** That what `leaveRunning` has started got TERM when the machine ended, and time to act on it. */
export async function wasTold(engine: Engine): Promise<void> {
  assert.equal(at(await ask('GET', '/containers/last/json'), 'State', 'Running'), false);
  assert.equal(await run('cat /data/end', base(engine, { host: { Binds: ['kept:/data'] } })), 'told\n');
}

function base({ prefix }: Engine, options: Options = {}): Options {
  return { image: `${prefix}base`, ...options };
}

async function loads({ prefix }: Engine): Promise<void> {
  const payload = process.env['MOBY_PAYLOAD_BUSYBOX'] ?? '';
  assert.notEqual(payload, '', 'MOBY_PAYLOAD_BUSYBOX is not set: run this by `moby-compose test`');
  const { status, body } = await send('POST', '/images/load?quiet=1', imageOf('base', payload));
  assert.equal(status, 200, body.toString());
  assert.equal(listAt(await ask('GET', `/images/${prefix}base/json`), 'RootFS', 'Layers').length, 2);
}

async function limits(engine: Engine): Promise<void> {
  assert.equal(await run('echo hello', base(engine)), 'hello\n');
  const host = { Memory: 32 * 1024 ** 2, PidsLimit: 64, NanoCpus: 500_000_000, Init: true };
  const files = ['memory.max', 'pids.max', 'cpu.max'].map((name) => `/sys/fs/cgroup/${name}`);
  const [memory, pids, cpu, init] = (await run(`cat ${files.join(' ')} /proc/1/comm`, base(engine, { host }))).split('\n');
  assert.deepEqual([memory, pids, cpu], [String(host.Memory), String(host.PidsLimit), '50000 100000']);
  assert.ok(engine.inits.includes(init ?? ''), `the container's first process is ${init}`);
}

async function publishes(engine: Engine): Promise<void> {
  const options = { exposed: { '80/tcp': {} }, host: { PortBindings: { '80/tcp': [{ HostPort: '8080' }] } } };
  const id = await start('mkdir /www; echo served >/www/index.html; exec httpd -f -p 80 -h /www', base(engine, options));
  const text = await until('the page', () => page(hostPort(8080)), (found) => found !== '');
  assert.equal(text, 'served\n');
  await ask('DELETE', `/containers/${id}?force=1`);
}

async function keepsData(engine: Engine): Promise<void> {
  const options = base(engine, { host: { Binds: ['kept:/data'] } });
  await ask('POST', '/volumes/create', { Name: 'kept' });
  await run('echo precious >/data/file; sync', options);
  assert.equal(await run('cat /data/file', options), 'precious\n');
}

async function talkByName(engine: Engine): Promise<void> {
  await ask('POST', '/networks/create', { Name: 'own' });
  const server = base(engine, { name: 'web', network: 'own' });
  const id = await start('mkdir /www; echo by name >/www/index.html; exec httpd -f -p 80 -h /www', server);
  const asking = 'for i in 1 2 3 4 5 6 7 8; do wget -q -O - http://web/ && exit; sleep 1; done; exit 1';
  assert.match(await run(asking, base(engine, { network: 'own' })), /^by name$/m);
  await ask('DELETE', `/containers/${id}?force=1`);
}

async function builds({ prefix }: Engine): Promise<void> {
  const dockerfile = `
FROM ${prefix}base AS build
RUN echo made >/product
FROM ${prefix}base
COPY --from=build /product /product
COPY word /word
CMD ["cat", "/product", "/word"]
`;
  const context = tarOf([
    { name: 'Dockerfile', bytes: Buffer.from(dockerfile) },
    { name: 'word', bytes: Buffer.from('from the context\n') },
  ]);
  const { status, body } = await send('POST', `/build?t=${prefix}built`, context);
  assert.equal(status, 200, body.toString());
  assert.doesNotMatch(body.toString(), /"error"/);
  assert.equal(await outputOf(`${prefix}built`), 'made\nfrom the context\n');
}

async function tells(engine: Engine): Promise<void> {
  const id = await start('echo to out; echo to err >&2', base(engine));
  await endOf(id);
  assert.equal(await logsOf(`/containers/${id}/logs?stdout=1`), 'to out\n');
  assert.equal(await logsOf(`/containers/${id}/logs?stderr=1`), 'to err\n');
  const filters = encodeURIComponent(JSON.stringify({ container: [id] }));
  const actions = async (): Promise<readonly unknown[]> => {
    const now = Date.parse(textAt(await ask('GET', '/info'), 'SystemTime'));
    const { body } = await send('GET', `/events?since=0&until=${engine.eventsUntil(now / 1000)}&filters=${filters}`);
    const lines = body.toString().split('\n');
    return lines.filter((line) => line !== '').map((line) => at(JSON.parse(line), 'Action'));
  };
  await until('its events', actions, (found) => ['create', 'start', 'die'].every((action) => found.includes(action)));
}

function page(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, agent: false, timeout: 5000 }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve(Buffer.concat(parts).toString()));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer within 5 s')));
    asked.on('error', reject);
  });
}
