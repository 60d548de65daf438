import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Dice } from '@moby/testkit';
import { send, type Answered } from '../running-server.ts';
import { conversation, converse, type Conversation } from './connection.ts';
import type { FuzzWorld } from './seeds.ts';

/** A server that is fuzzed, and what is known of it. */
export interface FuzzTarget {
  readonly port: number;
  readonly process: ChildProcess;
  readonly world: FuzzWorld;
  /** Reads whose answers must stay what they were. */
  readonly canaries: readonly string[];
  /** What the server itself says that went wrong in it. */
  readonly bugs: () => readonly string[];
}

export interface FuzzOptions {
  readonly seed: number;
  /** For how long, or how many batches. */
  readonly ms?: number;
  readonly batches?: number;
  /** Answers with 500 are taken: only whether it lives is of interest. */
  readonly toleratesBroken?: boolean;
}

export interface FuzzReport {
  readonly batches: number;
  readonly conversations: number;
  /** By the status of the first answer; `none` where there was none. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
}

/** A server that ended, broke, or forgot something; with what was said to it last. */
export class FuzzFinding extends Error {
  readonly conversations: readonly Conversation[];

  constructor(message: string, conversations: readonly Conversation[]) {
    super(message);
    this.conversations = conversations;
  }
}

const batchSize = 150;
const atOnce = 30;
const patienceMs = 400;
const probeMs = 20_000;
/** A timer that is later than this: nobody ran it. */
const stoodStillMs = 5_000;
const maxMemoryBytes = 2e9;
const maxFiles = 500;
/** What is wrong with the server, and not with the request. */
const brokenStatuses = new Set(['500', '502', '504']);

/**
 * Says odd things to a server, in batches that the seed gives. After each it must live, be healthy, answer what it answered
 * before, have no bug to report, and hold no more memory and files than it may. Throws `FuzzFinding`.
 */
export async function fuzzServer(
  target: FuzzTarget,
  { seed, ms, batches = Infinity, toleratesBroken = false }: FuzzOptions,
): Promise<FuzzReport> {
  const begin = performance.now();
  const expected = await Promise.all(target.canaries.map((path) => probe(target, path)));
  const statuses: Record<string, number> = {};
  let batch = 0;
  let peakMemoryBytes = 0;
  const isOver = (): boolean => batch >= batches || (ms !== undefined && performance.now() - begin >= ms);
  for (; !isOver(); batch += 1) {
    const dice = new Dice(seed * 1_000_003 + batch);
    const said = Array.from({ length: batchSize }, () => conversation(dice, target.world));
    const broken: string[] = [];
    await inParallel(said, async (each) => {
      const status = statusOf(await converse(target.port, each, patienceMs));
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (brokenStatuses.has(status) && !toleratesBroken)
        broken.push(`${status} to ${JSON.stringify(each.bytes.toString('latin1').slice(0, 600))}`);
    });
    const name = `batch ${batch} of seed ${seed}`;
    const wrong = [...broken, ...(await judge(target, expected))];
    if (wrong.length > 0) throw new FuzzFinding(`${name}: ${wrong.slice(0, 5).join('\n')}`, said);
    peakMemoryBytes = Math.max(peakMemoryBytes, memoryOf(target.process.pid));
  }
  return { batches: batch, conversations: batch * batchSize, statuses, peakMemoryBytes };
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function judge(target: FuzzTarget, expected: readonly string[]): Promise<readonly string[]> {
  const { exitCode, signalCode, pid } = target.process;
  if (exitCode !== null || signalCode !== null) return [`the process has ended: ${exitCode ?? signalCode}`];
  const wrong: string[] = [...target.bugs()];
  try {
    for (const [at, path] of target.canaries.entries())
      if ((await probe(target, path)) !== expected[at]) wrong.push(`${path} is answered in another way than before`);
  } catch (error) {
    wrong.push(`it does not answer any more: ${String(error)}`);
  }
  const memory = memoryOf(pid);
  if (memory > maxMemoryBytes) wrong.push(`it holds ${memory} bytes, and may hold ${maxMemoryBytes}`);
  const files = filesOf(pid);
  if (files > maxFiles) wrong.push(`it has ${files} files open, and may have ${maxFiles}`);
  return wrong;
}

/** One answer; where this process itself stood still meanwhile (a stopped job, a suspended machine), it is asked once more. */
async function probe(target: FuzzTarget, path: string): Promise<string> {
  const begin = performance.now();
  try {
    return await answerOf(target, path);
  } catch (error) {
    if (performance.now() - begin < probeMs + stoodStillMs) throw error;
    return answerOf(target, path);
  }
}

async function answerOf({ port }: FuzzTarget, path: string): Promise<string> {
  const late = AbortSignal.timeout(probeMs);
  const { status, text } = await Promise.race([
    send(port, { path }),
    new Promise<Answered>((_, reject) => {
      late.addEventListener('abort', () => reject(new Error(`no answer to ${path} within ${probeMs} ms`)));
    }),
  ]);
  return `${status} ${text}`;
}

function statusOf(answer: string): string {
  return /^HTTP\/1\.1 (\d{3})/.exec(answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''))?.[1] ?? 'none';
}

function memoryOf(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function filesOf(pid: number | undefined): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}
