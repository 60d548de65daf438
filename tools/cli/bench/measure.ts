import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The most memory that it held at once. */
  readonly peakBytes: number;
}

/** Runs a Node program to its end. Throws with its words where it ends in another way than expected. */
export async function measure(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly folder: string;
    readonly env?: Readonly<Record<string, string>>;
    /** The exit code that it should end with; by default 0. */
    readonly expected?: number;
  },
): Promise<Usage> {
  const usage = join(options.folder, 'usage.json');
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'report-usage.mjs'), ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, BENCH_USAGE: usage },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = await once(child, 'close');
  const wallMs = performance.now() - began;
  if (code !== (options.expected ?? 0)) throw new Error(`${args.join(' ')} ended with ${String(code)}:\n${said}`);
  const told: unknown = JSON.parse(readFileSync(usage, 'utf8'));
  if (typeof told !== 'object' || told === null || !('peakBytes' in told) || !('cpuMs' in told)) throw new Error('no usage');
  return { wallMs, cpuMs: Number(told.cpuMs), peakBytes: Number(told.peakBytes) };
}

/** A, B, B, A, A, …: what disturbs the machine disturbs both, and neither always comes after the other. */
export async function interleaved<T>(
  count: number,
  a: (round: number) => Promise<T>,
  b: (round: number) => Promise<T>,
): Promise<{ readonly a: readonly T[]; readonly b: readonly T[] }> {
  const results: { readonly a: T[]; readonly b: T[] } = { a: [], b: [] };
  for (let round = 0; round < count; round += 1) {
    if (round % 2 === 0) results.a.push(await a(round));
    results.b.push(await b(round));
    if (round % 2 === 1) results.a.push(await a(round));
  }
  return results;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
