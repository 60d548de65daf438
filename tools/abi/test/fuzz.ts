import { Failure, type FailureCode } from '@moby/model';

export interface FuzzOptions {
  readonly seed: number;
  /** How many, or for how long. In ms. */
  readonly mutants?: number;
  readonly ms?: number;
  /** Codes of `Failure` that are a refusal, beside `bad-archive` and `limit`. */
  readonly refusals?: readonly FailureCode[];
}

export interface FuzzReport {
  readonly mutants: number;
  /** How many were read, and how many were refused. */
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
}

/** What may come of bytes that are out of order; a parser of our own files says `invalid-input` besides. */
const refusals: readonly FailureCode[] = ['bad-archive', 'limit'];
/** More is a hang, also on a machine that is busy. */
const maxMutantMs = 20_000;

/** A mutant that a reader neither read nor refused, or not in time. */
export class FuzzFinding extends Error {
  readonly mutant: Uint8Array;

  constructor(message: string, mutant: Uint8Array, cause?: unknown) {
    super(message, { cause });
    this.mutant = mutant;
  }
}

/**
 * Gives a reader damaged copies of files that are in order: bytes changed, cut, doubled, spliced from another file. What may come of
 * one is a value or a `Failure` `bad-archive` or `limit`, in time; anything else is thrown, with the seed and the mutant's number.
 * The same seed gives the same mutants.
 */
export function fuzz(read: (bytes: Uint8Array) => unknown, seeds: readonly Uint8Array[], options: FuzzOptions): FuzzReport {
  const run = openRun(seeds, options);
  for (let bytes = run.next(); bytes !== undefined; bytes = run.next()) {
    try {
      read(bytes);
      run.judge(bytes);
    } catch (error) {
      run.judge(bytes, { error });
    }
  }
  return run.report();
}

/** The same for a reader that works in the thread pool, one mutant at a time. */
export async function fuzzLater(
  read: (bytes: Uint8Array) => Promise<unknown>,
  seeds: readonly Uint8Array[],
  options: FuzzOptions,
): Promise<FuzzReport> {
  const run = openRun(seeds, options);
  for (let bytes = run.next(); bytes !== undefined; bytes = run.next()) {
    const mutant = bytes;
    await read(mutant).then(
      () => run.judge(mutant),
      (error: unknown) => run.judge(mutant, { error }),
    );
  }
  return run.report();
}

interface Run {
  /** The next mutant; undefined where there have been enough. */
  next(): Uint8Array | undefined;
  /** Counts what came of it. Throws `FuzzFinding`. */
  judge(bytes: Uint8Array, thrown?: { readonly error: unknown }): void;
  report(): FuzzReport;
}

function openRun(seeds: readonly Uint8Array[], options: FuzzOptions): Run {
  const random = openRandom(options.seed);
  const begin = performance.now();
  const report = { mutants: 0, read: 0, refused: 0, slowestMs: 0 };
  const allowed = [...refusals, ...(options.refusals ?? [])];
  let start = begin;
  return {
    next() {
      const isOver = options.ms === undefined ? report.mutants >= (options.mutants ?? 1000) : performance.now() - begin >= options.ms;
      if (isOver) return undefined;
      const bytes = mutate(seeds, random);
      start = performance.now();
      return bytes;
    },
    judge(bytes, thrown) {
      const took = performance.now() - start;
      const name = `mutant ${report.mutants} of seed ${options.seed}`;
      if (thrown !== undefined && !(thrown.error instanceof Failure && allowed.includes(thrown.error.code)))
        throw new FuzzFinding(`${name}: ${String(thrown.error)}`, bytes, thrown.error);
      if (took > maxMutantMs) throw new FuzzFinding(`${name} took ${Math.round(took)} ms`, bytes);
      report[thrown === undefined ? 'read' : 'refused']++;
      report.slowestMs = Math.max(report.slowestMs, took);
      report.mutants++;
    },
    report: () => report,
  };
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
  let bytes = new Uint8Array(pick());
  for (let change = 1 + random(6); change > 0; change--) {
    const at = random(bytes.length + 1);
    const end = at + random(Math.min(64, bytes.length - at + 1));
    switch (random(8)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes = doubled(bytes, at, end);
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

function doubled(bytes: Uint8Array, at: number, end: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(end + bytes.length - at);
  longer.set(bytes.subarray(0, end));
  longer.set(bytes.subarray(at), end);
  return longer;
}
