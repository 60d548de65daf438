/**
 * Damaged copies of real files, for every reader of bytes from outside:
 *
 *     npm run fuzz                       ten minutes each
 *     npm run fuzz -- --seconds 30       each
 *     npm run fuzz -- --seed 7 elf deb   these, with other mutants
 *
 * Each reader works in a process of its own, bounded in memory and time. What it neither reads nor refuses, and in time, is a crash:
 * the bytes are kept in out/fuzz, and the exit code is 1.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout, temporaryFolder } from '@moby/testkit';
import { FuzzFinding, fuzzLater } from '../../abi/test/fuzz.ts';
import { readers } from './fuzz-readers.ts';
import { openOracleWorld } from './oracle-world.ts';

const defaultSeconds = 600;
const defaultSeed = 1;
const memoryMegabytes = 2048;
/** For seeds that have to be downloaded and unpacked, on a machine that is busy. */
const preparationMs = 300_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seconds = numberOf(values.seconds, defaultSeconds);
const seed = numberOf(values.seed, defaultSeed);
if (values.only === undefined) runAll(positionals.length === 0 ? Object.keys(readers) : positionals);
else await fuzzOne(values.only);

function numberOf(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`\`${text}\` is no whole number over 0`);
  return value;
}

function runAll(names: readonly string[]): void {
  let crashes = 0;
  for (const name of names) {
    if (readers[name] === undefined) throw new Error(`there is no reader \`${name}\`; there are ${Object.keys(readers).join(', ')}`);
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
  process.stdout.write(`fuzz: ${names.length} readers, ${seconds} s each, ${crashes} crashes\n`);
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
    const report = await fuzzLater(read, seeds, { seed, ms: seconds * 1000, refusals });
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

function keep(name: string, mutant: Uint8Array): string {
  const folder = join(checkout, 'out/fuzz');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-seed-${seed}`);
  writeFileSync(path, mutant);
  return `; its bytes are out/fuzz/${name}-seed-${seed}`;
}
