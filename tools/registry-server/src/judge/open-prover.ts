import type { PayloadProof } from '@moby/governor';
import { entryBeside, NoAnswer, openProcess } from '../process/open-process.ts';
import { isJsonObject } from '../storage/json-object.ts';
import type { ProveWork } from './prove-entry.ts';
import type { Prover } from './prover.ts';

export interface ProverOptions {
  /** The content store of this machine: what it has of the pinned packages is at hand. Nothing is fetched. */
  readonly store: string;
  /** For one release; what takes longer stays unproven. */
  readonly maxMs: number;
  /** Of the packages that one platform's payload is derived from. */
  readonly maxBytes: number;
}

export const proverLimits: { readonly maxMs: number; readonly maxBytes: number } = { maxMs: 60_000, maxBytes: 512 << 20 };

const idleMs = 10_000;
const heapMegabytes = 1024;
const maxWaiting = 1000;

/** Derives payloads in a process of its own, one release at a time. */
export function openProver({ store, maxMs, maxBytes }: ProverOptions): Prover {
  const beside = openProcess({
    entry: entryBeside(import.meta.url, 'prove-entry'),
    heapMegabytes,
    maxMs,
    questions: 'one',
    maxWaiting,
    idleMs,
  });
  return {
    prove: async (release) => {
      try {
        const proof = await beside.ask({ tarball: release.tarball, store, maxBytes } satisfies ProveWork);
        return isProof(proof) ? proof : unproven('gave nothing');
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return unproven(error.why === 'late' ? `took longer than ${maxMs / 1000} s` : `failed: ${firstLine(error.message)}`);
      }
    },
    close: () => beside.close(),
  };
}

function unproven(what: string): PayloadProof {
  return { kind: 'unproven', why: `deriving it ${what}` };
}

function firstLine(text: string): string {
  return text.slice(0, Math.max(0, `${text}\n`.indexOf('\n')));
}

function isProof(value: unknown): value is PayloadProof {
  return isJsonObject(value) && (value['kind'] === 'proven' || value['kind'] === 'unproven');
}
