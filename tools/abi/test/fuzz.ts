import { Failure } from '@moby/model';

export interface FuzzOptions {
  readonly seed: number;
  /** How many, or for how long. In ms. */
  readonly mutants?: number;
  readonly ms?: number;
}

export interface FuzzReport {
  readonly mutants: number;
  /** How many were read, and how many were refused. */
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
}

/** More is a hang, also on a machine that is busy. */
const maxMutantMs = 20_000;

/**
 * Gives a reader damaged copies of files that are in order: bytes changed, cut, doubled, spliced from another file. What may come of
 * one is a value or a `Failure` `bad-archive` or `limit`, in time; anything else is thrown, with the seed and the mutant's number.
 * The same seed gives the same mutants.
 */
export function fuzz(read: (bytes: Uint8Array) => unknown, seeds: readonly Uint8Array[], options: FuzzOptions): FuzzReport {
  const random = openRandom(options.seed);
  const begin = performance.now();
  const report = { mutants: 0, read: 0, refused: 0, slowestMs: 0 };
  const isOver = (): boolean =>
    options.ms === undefined ? report.mutants >= (options.mutants ?? 1000) : performance.now() - begin >= options.ms;
  while (!isOver()) {
    const bytes = mutate(seeds, random);
    const start = performance.now();
    try {
      read(bytes);
      report.read++;
    } catch (error) {
      if (!(error instanceof Failure) || (error.code !== 'bad-archive' && error.code !== 'limit'))
        throw new Error(`mutant ${report.mutants} of seed ${options.seed}: ${String(error)}`, { cause: error });
      report.refused++;
    }
    const took = performance.now() - start;
    if (took > maxMutantMs) throw new Error(`mutant ${report.mutants} of seed ${options.seed} took ${Math.round(took)} ms`);
    report.slowestMs = Math.max(report.slowestMs, took);
    report.mutants++;
  }
  return report;
}

/** Whole numbers below `limit`, by mulberry32. */
function openRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const interesting = [0, 1, 0x7f, 0x80, 0xff] as const;

function mutate(seeds: readonly Uint8Array[], random: (limit: number) => number): Uint8Array {
  const pick = (): Uint8Array => seeds[random(seeds.length)] ?? new Uint8Array(0);
  let bytes = Uint8Array.from(pick());
  for (let change = 1 + random(6); change > 0; change--) {
    const at = random(bytes.length + 1);
    const end = at + random(Math.min(64, bytes.length - at + 1));
    switch (random(8)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes = Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(at)]);
        break;
      case 2: {
        const other = pick();
        const from = random(other.length + 1);
        bytes.set(other.subarray(from, from + Math.min(64, bytes.length - at)), at);
        break;
      }
      case 3:
        bytes.fill(interesting[random(interesting.length)] ?? 0, at, end);
        break;
      default:
        if (at < bytes.length) bytes[at] = random(2) === 0 ? random(256) : (interesting[random(interesting.length)] ?? 0);
    }
  }
  return bytes;
}
