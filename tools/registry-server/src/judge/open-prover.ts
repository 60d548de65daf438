import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PayloadProof } from '@moby/governor';
import { takeTurns } from '../gate/take-turns.ts';
import { isJsonObject } from '../storage/json-object.ts';
import type { ProveWork } from './prove-entry.ts';
import type { Prover, ToProve } from './prover.ts';

export interface ProverOptions {
  /** The content store of this machine: what it has of the pinned packages is at hand. Nothing is fetched. */
  readonly store: string;
  /** For one release; what takes longer stays unproven. */
  readonly maxMs: number;
  /** Of the packages that one platform's payload is derived from. */
  readonly maxBytes: number;
}

export const proverLimits: { readonly maxMs: number; readonly maxBytes: number } = { maxMs: 60_000, maxBytes: 512 << 20 };

/** After so long without a release the process goes; the next one waits for another. */
const idleMs = 10_000;
const heapMegabytes = 1024;

/**
 * Derives payloads in a process of its own, one release at a time: reads of the registry go on meanwhile, and whatever becomes of that
 * process, the server stays.
 */
export function openProver({ store, maxMs, maxBytes }: ProverOptions): Prover {
  const turns = takeTurns();
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child?.removeAllListeners();
    child?.kill('SIGKILL');
    child = undefined;
  };
  const ask = (asked: ChildProcess, release: ToProve): Promise<PayloadProof> =>
    new Promise((resolve) => {
      const end = (proof: PayloadProof, isFit = false): void => {
        clearTimeout(timer);
        asked.removeAllListeners();
        if (!isFit) stop();
        resolve(proof);
      };
      const unproven = (why: string): void => end({ kind: 'unproven', why });
      const timer = setTimeout(() => unproven(`deriving it took longer than ${maxMs / 1000} s`), maxMs);
      asked.once('message', (message: unknown) => (isProof(message) ? end(message, true) : unproven('deriving it gave nothing')));
      asked.once('error', (error) => unproven(`deriving it failed: ${error.message}`));
      asked.once('exit', (code, signal) => unproven(`deriving it ended early (${signal ?? code})`));
      const work: ProveWork = { files: new Map(release.files), store, maxBytes };
      asked.send(work, (error) => {
        if (error !== null) unproven(`deriving it failed: ${error.message}`);
      });
    });
  return {
    prove: (release) =>
      turns('', async () => {
        clearTimeout(idle);
        child = child?.connected === true ? child : startProcess();
        const proof = await ask(child, release);
        idle = setTimeout(stop, idleMs).unref();
        return proof;
      }),
  };
}

function startProcess(): ChildProcess {
  const entry = `./prove-entry${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
  const child = fork(fileURLToPath(new URL(entry, import.meta.url)), {
    execArgv: [...process.execArgv, `--max-old-space-size=${heapMegabytes}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
  });
  // A server that is done doesn't wait for it; it ends when its server is gone.
  child.unref();
  child.channel?.unref();
  return child;
}

function isProof(value: unknown): value is PayloadProof {
  return isJsonObject(value) && (value['kind'] === 'proven' || value['kind'] === 'unproven');
}
