import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLine } from '@moby/composer';
import { openWorkspaceRegistry } from '@moby/registry';
import { checkout } from '@moby/testkit';
import { executablesIn, loaderComplaints } from '../../abi/oracle/loader-verdict.ts';
import { ask } from '../../composer/test/line/quiet-surroundings.ts';
import { openOracleWorld, type OracleWorld } from '../oracle/oracle-world.ts';
import { type Figure, ms, ratio } from './figure.ts';
import { interleaved, measure, median } from './measure.ts';

const program = join(checkout, 'tools/cli/bin/run.js');
const coldRounds = 5;
const coldMostMs = 2000;
const knownRounds = 15;
const knownMostMs = 5;
const closureRounds = 5;

/** What the facts of a package take to read and to know, and a root's ELF closure beside its own loader's: as root. */
export async function factsTimes(folder: string): Promise<readonly Figure[]> {
  const place = join(folder, 'facts');
  mkdirSync(place);
  const world = openOracleWorld(place);
  try {
    return [await cold(world, place), await known(), await closure(world, place)];
  } finally {
    world.close();
  }
}

async function cold(world: OracleWorld, folder: string): Promise<Figure> {
  // The largest of the lines.
  const [bytes] = (await world.packages(['containerd'])).toSorted((one, other) => other.length - one.length);
  if (bytes === undefined) throw new Error('no package of containerd');
  const deb = join(folder, 'containerd.deb');
  writeFileSync(deb, bytes);
  const { a, b } = await interleaved(
    coldRounds,
    async () => (await measure([program, 'abi', 'facts', deb], { cwd: folder, folder })).wallMs,
    () => Promise.resolve(timed('sh', ['-c', 'ar p "$1" data.tar.xz | xz -dc >/dev/null', 'sh', deb])),
  );
  const [ours, bare] = [median(a), median(b)];
  return {
    what: `facts of containerd's package, cold (n=${coldRounds})`,
    ours: ms(ours),
    against: `${ms(bare)} xz -dc`,
    result: ratio(ours, bare),
    goal: `at most ${ms(coldMostMs)}`,
    passed: ours <= coldMostMs,
  };
}

/** In this process: the component's folder is read and its facts are parsed. */
async function known(): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < knownRounds; round += 1) {
    const registry = openWorkspaceRegistry({ folder: join(checkout, 'components'), label: 'components' });
    const name = (await registry.names()).find((one) => one === 'containerd');
    const version = name === undefined ? undefined : (await registry.versions(name)).at(-1);
    if (name === undefined || version === undefined) throw new Error('the library has no containerd');
    const began = performance.now();
    const { facts } = await registry.component(name, version);
    if (facts?.platforms['linux/amd64'] === undefined) throw new Error('containerd has no facts');
    times.push(performance.now() - began);
  }
  const ours = median(times);
  return {
    what: `the same, known by its digest (n=${knownRounds})`,
    ours: ms(ours),
    against: '',
    result: '',
    goal: `at most ${ms(knownMostMs)}`,
    passed: ours <= knownMostMs,
  };
}

/** The engine's root of moby-origin: all that `check --root` says, beside one process that has the loader trace each program. */
async function closure(world: OracleWorld, folder: string): Promise<Figure> {
  const root = await engineRoot(world);
  const { programs } = executablesIn(root);
  const { a, b } = await interleaved(
    closureRounds,
    async () => (await measure([program, 'check', '--root', root], { cwd: folder, folder })).wallMs,
    () => {
      const began = performance.now();
      loaderComplaints(root, programs);
      return Promise.resolve(performance.now() - began);
    },
  );
  const [ours, loader] = [median(a), median(b)];
  return {
    what: `check --root of ${programs.length} programs (n=${closureRounds})`,
    ours: ms(ours),
    against: `${ms(loader)} ld.so --list in a chroot`,
    result: ratio(ours, loader),
    goal: '',
  };
}

async function engineRoot(world: OracleWorld): Promise<string> {
  const line = await openLine(world.surroundings);
  const checked = await line.check(ask('moby-origin'));
  if (!checked.ok) throw new Error('moby-origin does not pass its check');
  const { roots, components } = checked.value.resolution;
  const chosen = (roots.find(({ scope }) => scope === 'docker')?.components ?? []).flatMap(
    ({ name, version }) => components.get(`${name}@${version}`) ?? [],
  );
  return world.root('docker', await world.bring(chosen));
}

function timed(command: string, args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return performance.now() - began;
}
