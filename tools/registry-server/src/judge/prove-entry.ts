/** The process of `openProver`: derives the payloads of each release that it is sent, and says what they are. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PayloadProof } from '@moby/governor';
import { provePayload } from './prove-payload.ts';

export interface ProveWork {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly store: string;
  readonly maxBytes: number;
}

process.on('message', (message: unknown) => {
  if (!isWork(message)) return;
  work(message).then(
    (proof) => process.send?.(proof),
    (error: unknown) => {
      const why = `deriving it failed: ${error instanceof Error ? error.message : String(error)}`;
      process.send?.({ kind: 'unproven', why } satisfies PayloadProof);
    },
  );
});
// Its server is gone.
process.on('disconnect', () => process.exit());

async function work({ files, store, maxBytes }: ProveWork): Promise<PayloadProof> {
  const folder = await mkdtemp(join(tmpdir(), 'moby-prove-'));
  try {
    for (const [path, bytes] of files) {
      if (!path.startsWith('files/')) continue;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes, { flag: 'wx' });
    }
    return await provePayload({ files, folder, store, maxBytes });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isWork(value: unknown): value is ProveWork {
  return typeof value === 'object' && value !== null && 'files' in value && value.files instanceof Map;
}
