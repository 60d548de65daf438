/**
 * `npm run bench`: what the program costs against the least that the same work can cost, in one run, A B B A, medians.
 * The first run downloads the packages of redis-os and moby-origin. `--only registry` measures the registry alone, `--only first-reads`
 * of that what is read first after a change, `--only review` a review of a large library. With `--strict` a goal that is missed is exit code 1.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openWorkspaceRegistry } from '@moby/registry';
import { readArtifact } from '@moby/machine';
import { type Artifact, payloadSources } from '@moby/model';
import { checkout, temporaryFolder } from '@moby/testkit';
import { unpackInitrd } from './cpio.ts';
import { erofsTimes } from './erofs.ts';
import { factsTimes } from './facts.ts';
import { type Figure, mb, more, ms, ratio } from './figure.ts';
import { makeByHand } from './hand-made.ts';
import { makeHelloCli } from './hello-cli.ts';
import { interleaved, measure, median, type Usage } from './measure.ts';
import { firstReadFigures, registryFigures } from './registry/registry-figures.ts';
import { reviewFigures } from './review/review-figures.ts';
import { secondsUntilPong } from './until-pong.ts';
import { verdictTimes } from './verdicts.ts';

const program = join(checkout, 'tools/cli/bin/run.js');
const assembly = 'redis-os';
const here = import.meta.dirname;

interface Bench {
  readonly folder: string;
  /** The store that is warm. */
  readonly cache: string;
  /** The artifact that is compared with. */
  readonly out: string;
  readonly artifact: Artifact;
}

async function main(): Promise<void> {
  const folder = temporaryFolder();
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, strict: { type: 'boolean', default: false }, 'no-boot': { type: 'boolean', default: false } },
    });
    const figures = await figuresOf(values.only, { folder, boots: !values['no-boot'] });
    print(figures);
    if (values.strict && figures.some(({ passed }) => passed === false)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function figuresOf(only: string | undefined, { folder, boots }: { folder: string; boots: boolean }): Promise<readonly Figure[]> {
  const registry = join(folder, 'registry');
  const review = join(folder, 'review');
  if (only === undefined)
    return [...(await programFigures(folder, { boots })), ...(await registryFigures(registry)), ...(await reviewFigures(review))];
  if (only === 'registry') return registryFigures(registry);
  if (only === 'review') return reviewFigures(review);
  if (only === 'first-reads') return firstReadFigures(registry);
  throw new Error(`there is no section \`${only}\`: \`registry\`, \`first-reads\` and \`review\` are the three`);
}

async function programFigures(folder: string, { boots }: { readonly boots: boolean }): Promise<readonly Figure[]> {
  const bench = await prepare(folder);
  const warm = await warmAssemble(bench);
  const cold = await coldAssemble(bench);
  return [
    warm.figure,
    await warmDisk(bench),
    cold.figure,
    await help(bench),
    size(bench),
    ...(await verdictTimes(folder)),
    ...(await factsTimes(folder)),
    ...(await erofs(bench)),
    ...(boots ? [await boot(bench)] : []),
    ...(await memory(bench, warm.ours, cold.ours)),
  ];
}

async function prepare(folder: string): Promise<Bench> {
  const cache = join(folder, 'cache');
  const out = join(folder, 'out');
  const own = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '', '.cache');
  // Packages that this user already has are not downloaded again.
  if (existsSync(join(own, 'moby-compose/blobs')))
    cpSync(join(own, 'moby-compose/blobs'), join(cache, 'moby-compose/blobs'), { recursive: true });
  await assemble(folder, cache, out);
  return { folder, cache, out, artifact: await cutSegments(out) };
}

/** Lays an artifact's segments beside its initrd, one a file. */
async function cutSegments(out: string): Promise<Artifact> {
  const artifact = await readArtifact(out);
  const initrd = readFileSync(join(out, 'initrd.img'));
  mkdirSync(join(out, 'segments'));
  let at = 0;
  for (const [index, segment] of artifact.segments.entries()) {
    writeFileSync(join(out, 'segments', String(index).padStart(3, '0')), initrd.subarray(at, at + segment.sizeBytes));
    at += segment.sizeBytes;
  }
  if (at !== initrd.length) throw new Error(`the segments have ${at} bytes, the initrd ${initrd.length}`);
  return artifact;
}

function assemble(folder: string, cache: string, out: string): Promise<Usage> {
  return measure([program, 'assemble', assembly, '--out', out], { cwd: checkout, folder, env: { XDG_CACHE_HOME: cache } });
}

interface Compared {
  readonly figure: Figure;
  readonly ours: readonly Usage[];
}

const warmRounds = 9;
const warmExtraMs = 250;

async function warmAssemble({ folder, cache, out }: Bench): Promise<Compared> {
  const fresh = (name: string, round: number): string => join(folder, `${name}-${round}`);
  const { a, b } = await interleaved(
    warmRounds,
    (round) => assemble(folder, cache, fresh('warm', round)),
    (round) => measure([join(here, 'bare-copy.mjs'), out, fresh('bare', round)], { cwd: folder, folder }),
  );
  const [ours, bare] = [median(a.map(({ wallMs }) => wallMs)), median(b.map(({ wallMs }) => wallMs))];
  return {
    ours: a,
    figure: {
      what: `warm assemble (n=${warmRounds})`,
      ours: ms(ours),
      against: `${ms(bare)} bare copy`,
      result: `${more(ours, bare)}, ${ratio(ours, bare)}`,
      goal: `at most +${warmExtraMs} ms`,
      passed: ours - bare <= warmExtraMs,
    },
  };
}

const large = 'moby-origin';
const largeAgain = 1.5;

/** An assembly whose trees lie on a disk of some 300 MB. */
async function warmDisk({ folder, cache }: Bench): Promise<Figure> {
  const place = join(folder, 'large');
  const make = (out: string): Promise<Usage> =>
    measure([program, 'assemble', large, '--out', out], { cwd: checkout, folder, env: { XDG_CACHE_HOME: cache } });
  const out = join(place, 'out');
  await make(out);
  const { sizeBytes } = await cutSegments(out);
  const fresh = (name: string): string => {
    rmSync(join(place, name), { recursive: true, force: true });
    return join(place, name);
  };
  const { a, b } = await interleaved(
    warmRounds,
    () => make(fresh('warm')),
    () => measure([join(here, 'bare-copy.mjs'), out, fresh('bare')], { cwd: folder, folder }),
  );
  const [ours, bare] = [median(a.map(({ wallMs }) => wallMs)), median(b.map(({ wallMs }) => wallMs))];
  return {
    what: `warm assemble of ${large} (n=${warmRounds})`,
    ours: ms(ours),
    against: `${ms(bare)} bare copy of ${mb(sizeBytes)}`,
    result: `${more(ours, bare)}, ${ratio(ours, bare)}`,
    goal: `at most ${largeAgain.toFixed(1)} times`,
    passed: ours <= largeAgain * bare,
  };
}

const coldRounds = 3;

async function coldAssemble({ folder, cache, out, artifact }: Bench): Promise<Compared> {
  const debs = join(folder, 'debs');
  const raw = join(folder, 'raw.cpio');
  await copyPackages(join(cache, 'moby-compose/blobs/sha256'), debs);
  writeFileSync(raw, await unpackInitrd(readFileSync(join(out, 'initrd.img')), artifact.segments));
  const coldCache = (round: number): string => {
    const blobs = join(folder, `cold-${round}/moby-compose/blobs/sha256`);
    cpSync(debs, blobs, { recursive: true });
    return join(folder, `cold-${round}`);
  };
  copyFileSync(join(here, 'bare-cold.mjs'), join(folder, 'bare-cold.mjs'));
  const { a, b } = await interleaved(
    coldRounds,
    (round) => assemble(folder, coldCache(round), join(folder, `cold-out-${round}`)),
    () => measure([join(here, 'bare-cold.mjs'), debs, raw, join(folder, 'raw.zst')], { cwd: here, folder }),
  );
  const [ours, bare] = [median(a.map(({ wallMs }) => wallMs)), median(b.map(({ wallMs }) => wallMs))];
  return {
    ours: a,
    figure: {
      what: `cold assemble, packages there (n=${coldRounds})`,
      ours: ms(ours),
      against: `${ms(bare)} unxz and zstd once`,
      result: ratio(ours, bare),
      goal: 'at most 2.0 times',
      passed: ours <= 2 * bare,
    },
  };
}

/** The packages that the assembly's components are pinned to, out of the store. */
async function copyPackages(blobs: string, to: string): Promise<void> {
  mkdirSync(to);
  const lock: unknown = JSON.parse(readFileSync(join(checkout, 'assemblies', assembly, 'assembly.lock.json'), 'utf8'));
  const used =
    typeof lock === 'object' && lock !== null && 'components' in lock && typeof lock.components === 'object' && lock.components !== null
      ? Object.keys(lock.components)
      : [];
  const registry = openWorkspaceRegistry({ folder: join(checkout, 'components'), label: 'components' });
  for (const name of await registry.names()) {
    for (const version of await registry.versions(name)) {
      if (!used.includes(`${name}@${version}`)) continue;
      const manifest = await registry.manifest(name, version);
      const payload = manifest.payload.platforms['linux/amd64'];
      for (const source of payload === undefined ? [] : payloadSources(payload))
        if (source.kind === 'deb') copyFileSync(join(blobs, source.sha256), join(to, source.sha256));
    }
  }
}

const helpRounds = 15;

async function help({ folder }: Bench): Promise<Figure> {
  const hello = makeHelloCli(join(folder, 'hello'));
  const cache = { XDG_CACHE_HOME: join(folder, 'help-cache') };
  const { a, b } = await interleaved(
    helpRounds,
    () => measure([program, '--help'], { cwd: folder, folder, env: cache }),
    () => measure([hello, '--help'], { cwd: folder, folder, env: cache }),
  );
  const [ours, bare] = [median(a.map(({ wallMs }) => wallMs)), median(b.map(({ wallMs }) => wallMs))];
  return {
    what: `--help (n=${helpRounds})`,
    ours: ms(ours),
    against: `${ms(bare)} hello world with oclif`,
    result: ratio(ours, bare),
    goal: 'at most 1.5 times',
    passed: ours <= 1.5 * bare,
  };
}

const sizeGoalBytes = 24e6;

function size({ artifact }: Bench): Figure {
  const { sizeBytes } = artifact;
  return {
    what: 'size, zstd 3',
    ours: mb(sizeBytes),
    against: '',
    result: '',
    goal: `at most ${mb(sizeGoalBytes)}`,
    passed: sizeBytes <= sizeGoalBytes,
  };
}

async function erofs({ folder, out, artifact }: Bench): Promise<readonly Figure[]> {
  const place = join(folder, 'erofs');
  mkdirSync(place);
  const { anewMs, againMs, copyMs, sizeBytes, trees } = await erofsTimes(artifact, out, place);
  const row = (what: string, ours: number): Figure => ({
    what: `${what} (n=9)`,
    ours: ms(ours),
    against: `${ms(copyMs)} copy of ${mb(sizeBytes)}`,
    result: ratio(ours, copyMs),
    goal: '',
  });
  return [row(`erofs of ${trees} trees, again`, againMs), row(`erofs of ${trees} trees, anew`, anewMs)];
}

const bootRounds = 3;

async function boot({ folder, out, artifact, cache }: Bench): Promise<Figure> {
  const byHand = join(folder, 'by-hand');
  const hand = await makeByHand(artifact, out, byHand);
  const machineCache = join(cache, 'machine');
  const { a, b } = await interleaved(
    bootRounds,
    () => secondsUntilPong(artifact, out, machineCache),
    () => secondsUntilPong(hand, byHand, machineCache),
  );
  const [ours, bare] = [median(a), median(b)];
  return {
    what: `QEMU's start until PONG (n=${bootRounds})`,
    ours: `${ours.toFixed(2)} s`,
    against: `${bare.toFixed(2)} s initrd by hand`,
    result: ratio(ours, bare),
    goal: 'at most 1.2 times',
    passed: ours <= 1.2 * bare,
  };
}

const warmMemoryBytes = 80e6;
const coldMemoryBytes = 300e6;

async function memory({ folder }: Bench, warm: readonly Usage[], cold: readonly Usage[]): Promise<readonly Figure[]> {
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, '');
  const node = (await measure([empty], { cwd: folder, folder })).peakBytes;
  const warmPeak = Math.max(...warm.map(({ peakBytes }) => peakBytes));
  const coldPeak = Math.max(...cold.map(({ peakBytes }) => peakBytes));
  return [
    {
      what: 'peak memory, warm',
      ours: mb(warmPeak),
      against: `${mb(node)} an empty program`,
      result: `+${mb(warmPeak - node)}`,
      goal: `at most +${mb(warmMemoryBytes)}`,
      passed: warmPeak - node <= warmMemoryBytes,
    },
    {
      what: 'peak memory, cold',
      ours: mb(coldPeak),
      against: '',
      result: '',
      goal: `at most ${mb(coldMemoryBytes)}`,
      passed: coldPeak <= coldMemoryBytes,
    },
  ];
}

function print(figures: readonly Figure[]): void {
  const rows = [
    ['', 'ours', 'against', 'result', 'goal', ''],
    ...figures.map(({ what, ours, against, result, goal, passed }) => [
      what,
      ours,
      against,
      result,
      goal,
      passed === undefined ? '' : passed ? 'pass' : 'FAIL',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows)
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
}

await main();
