/**
 * Damaged copies of real files, for every reader of bytes from outside, and odd requests to a registry:
 *
 *     npm run fuzz                       ten minutes each, and an hour for the registry
 *     npm run fuzz -- --seconds 30       each
 *     npm run fuzz -- --seed 7 elf deb   these, with other mutants
 *     npm run fuzz -- registry           odd requests alone
 *
 * Each reader works in a process of its own, bounded in memory and time. What it neither reads nor refuses, and in time, is a crash:
 * the bytes are kept in out/fuzz, and the exit code is 1. A registry that ends, breaks, or forgets what was published is one, too.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout, temporaryFolder } from '@moby/testkit';
import { FuzzFinding, fuzzLater } from '../../abi/test/fuzz.ts';
import { fuzzRegistry } from '../../registry-server/test/fuzz/fuzz-registry.ts';
import { FuzzFinding as ServerFinding } from '../../registry-server/test/fuzz/fuzz-server.ts';
import { readers } from './fuzz-readers.ts';
import { openOracleWorld } from './oracle-world.ts';

const defaultSeconds = 600;
const registry = 'registry';
const registrySeconds = 3600;
const defaultSeed = 1;
const memoryMegabytes = 2048;
/** For seeds that have to be downloaded and unpacked, on a machine that is busy. */
const preparationMs = 300_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = numberOf(values.seed, defaultSeed);
if (values.only === undefined) runAll(positionals.length === 0 ? [...Object.keys(readers), registry] : positionals);
else await (values.only === registry ? fuzzServed() : fuzzOne(values.only));

function secondsFor(name: string): number {
  return numberOf(values.seconds, name === registry ? registrySeconds : defaultSeconds);
}

function numberOf(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`\`${text}\` is no whole number over 0`);
  return value;
}

function runAll(names: readonly string[]): void {
  let crashes = 0;
  for (const name of names) {
    if (readers[name] === undefined && name !== registry)
      throw new Error(`there is no reader \`${name}\`; there are ${[...Object.keys(readers), registry].join(', ')}`);
    const seconds = secondsFor(name);
    const args = ['-C', 'source', `--max-old-space-size=${memoryMegabytes}`, import.meta.filename];
    const run = spawnSync(process.execPath, [...args, '--only', name, '--seconds', String(seconds), '--seed', String(seed)], {
      cwd: checkout,
      encoding: 'utf8',
      timeout: seconds * 1000 + preparationMs,
      killSignal: 'SIGKILL',
    });
    if (run.status === 0) process.stdout.write(run.stdout);
    else {
      crashes++;
      const why = run.signal === null ? run.stderr.trim() : `ended by ${run.signal}: it hangs, or needs more than ${memoryMegabytes} MB`;
      process.stdout.write(`${name}: CRASH: ${why}\n`);
    }
  }
  process.stdout.write(`fuzz: ${names.length} readers, ${crashes} crashes\n`);
  if (crashes > 0) process.exitCode = 1;
}

async function fuzzOne(name: string): Promise<void> {
  const reader = readers[name];
  if (reader === undefined) throw new Error(`there is no reader \`${name}\``);
  const folder = temporaryFolder();
  const world = openOracleWorld(folder);
  try {
    const seeds = await reader.seeds(world);
    if (seeds.length === 0) throw new Error(`there is nothing that ${name} could be shown`);
    // A reader that throws at once is one that rejects, too.
    const read = async (bytes: Uint8Array): Promise<unknown> => reader.read(bytes);
    const { refusals = [] } = reader;
    const report = await fuzzLater(read, seeds, { seed, ms: secondsFor(name) * 1000, refusals });
    const { mutants, read: accepted, refused, slowestMs } = report;
    process.stdout.write(
      `${name}: ${mutants} mutants of ${seeds.length} files, ${accepted} read, ${refused} refused, slowest ${Math.round(slowestMs)} ms\n`,
    );
  } catch (error) {
    const kept = error instanceof FuzzFinding ? keep(name, error.mutant) : '';
    process.stderr.write(
      `${String(error)}${kept}\n${error instanceof Error && error.cause instanceof Error ? (error.cause.stack ?? '') : ''}\n`,
    );
    process.exitCode = 1;
  } finally {
    world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fuzzServed(): Promise<void> {
  const folder = temporaryFolder();
  try {
    const report = await fuzzRegistry({ root: join(folder, registry), seed, ms: secondsFor(registry) * 1000 });
    const { conversations, statuses, peakMemoryBytes } = report;
    const counts = Object.entries(statuses).map(([status, count]) => `${status} ${count}`);
    process.stdout.write(
      `${registry}: ${conversations} connections, ${Math.round(peakMemoryBytes / 1e6)} MB; first answers: ${counts.join(', ')}\n`,
    );
  } catch (error) {
    const said = error instanceof ServerFinding ? error.conversations : [];
    const lines = said.map(({ bytes, pieces, end }) => JSON.stringify({ pieces, end, base64: bytes.toString('base64') }));
    process.stderr.write(`${String(error)}${said.length === 0 ? '' : keep(registry, Buffer.from(`${lines.join('\n')}\n`))}\n`);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function keep(name: string, mutant: Uint8Array): string {
  const folder = join(checkout, 'out/fuzz');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-seed-${seed}`);
  writeFileSync(path, mutant);
  return `; its bytes are out/fuzz/${name}-seed-${seed}`;
}
