import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readFileSync, rmSync, cpSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCli } from '@moby/testkit';
import { sharedWorld, type Visit } from './world.ts';

const world = sharedWorld();

const kills = 50;
const maxRounds = 4 * kills;

/** The same moments in every run of the test, from 0 to 1: a linear congruential generator (Numerical Recipes, section 7.1). */
function* moments(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test(`killed at ${kills} moments, the next run works, gives the same bytes, and the store is clean`, async () => {
  const place = world.visit();
  // Cold and warm runs in turn: what is half written is another thing each time.
  const lasted = { cold: await assemble(place), warm: await assemble(place) };
  const expected = digests(place);
  const moment = moments(20_261_124);
  let killed = 0;
  for (let round = 0; killed < kills && round < maxRounds; round += 1) {
    const kind = round % 2 === 0 ? 'cold' : 'warm';
    if (kind === 'cold') rmSync(place.cache, { recursive: true, force: true });
    rmSync(join(place.folder, 'out'), { recursive: true, force: true });
    const before = performance.now();
    const running = startCli(['assemble', 'web'], { cwd: place.folder, env: place.env });
    const timer = setTimeout(() => running.kill('SIGKILL'), (moment.next().value ?? 0) * lasted[kind]);
    const ended = await running.ended;
    clearTimeout(timer);
    // A moment that came after the end says that such runs are shorter now: on another day, with other load.
    if (ended.signal !== 'SIGKILL') {
      lasted[kind] = Math.min(lasted[kind], performance.now() - before);
      continue;
    }
    killed += 1;
    await assemble(place);
    expect(digests(place)).toEqual(expected);
    expect(await verifyStore(place)).toMatchObject({ corrupt: [], leftovers: [] });
  }
  expect(killed).toBe(kills);
}, 300_000);

/** How long the run took, in ms. */
async function assemble(place: Visit): Promise<number> {
  const before = performance.now();
  const run = await place.run(['assemble', 'web']);
  expect(run.exitCode, run.stderr).toBe(0);
  return performance.now() - before;
}

async function verifyStore(place: Visit): Promise<unknown> {
  return JSON.parse((await place.run(['store', 'verify', '--json'])).stdout);
}

test('another folder, time zone, language, umask and order of files give the same bytes', async () => {
  const one = world.visit();
  const other = world.visit();
  // Written again in the opposite order: where a file system lists as it was written, it now lists otherwise.
  reorder(join(other.folder, 'components'));
  expect((await one.run(['assemble', 'web'], { env: { TZ: 'Asia/Kathmandu', LANG: 'C', LC_ALL: 'C' } })).exitCode).toBe(0);
  const env = { ...process.env, ...other.env, TZ: 'America/St_Johns', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
  const program = join(import.meta.dirname, '../bin/run.js');
  await promisify(execFile)('sh', ['-c', 'umask 077; exec "$0" "$@"', process.execPath, program, 'assemble', 'web'], {
    cwd: other.folder,
    env,
  });
  expect(digests(other)).toEqual(digests(one));
  expect(readFileSync(join(other.folder, 'assemblies/web/assembly.lock.json'))).toEqual(
    readFileSync(join(one.folder, 'assemblies/web/assembly.lock.json')),
  );
});

function reorder(folder: string): void {
  for (const name of readdirSync(folder).sort().reverse()) {
    cpSync(join(folder, name), join(folder, `${name}.moved`), { recursive: true });
    rmSync(join(folder, name), { recursive: true });
    cpSync(join(folder, `${name}.moved`), join(folder, name), { recursive: true });
    rmSync(join(folder, `${name}.moved`), { recursive: true });
  }
}

/** File → sha256 of everything in the artifact's folder. */
function digests(place: Visit): Readonly<Record<string, string>> {
  const folder = join(place.folder, 'out/web/linux-amd64');
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );
}

test('Ctrl-C ends with 130, keeps the store clean, and the same command goes on', async () => {
  const place = world.visit();
  world.server.setFaults([{ path: 'redis-tools', kind: 'stall', at: 100 }]);
  const running = startCli(['assemble', 'web'], { cwd: place.folder, env: place.env });
  await running.seen(/fetch/);
  running.kill('SIGINT');
  const ended = await running.ended;
  world.server.setFaults([]);
  expect(ended.exitCode, ended.stderr).toBe(130);
  expect(ended.stderr).toContain('error[interrupted]: interrupted by SIGINT');
  expect((await place.run(['assemble', 'web'])).exitCode).toBe(0);
});

test('an assembly outside of the library is assembled with the library of the current folder', async () => {
  const place = world.visit();
  cpSync(join(place.folder, 'assemblies/web/assembly.yaml'), join(place.cache, '../elsewhere/my.yaml'), { recursive: true });
  const run = await place.run(['assemble', '../elsewhere/my.yaml', '--json']);
  expect(JSON.parse(run.stdout)).toMatchObject({ assembly: { name: 'web' } });
  expect(readdirSync(join(place.cache, '../elsewhere')).sort()).toEqual(['my.lock.json', 'my.yaml']);
});
