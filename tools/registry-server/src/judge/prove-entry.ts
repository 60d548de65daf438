/** The process of `openProver`: derives the payloads of each release that it is sent, and says what they are. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readPackageArchive } from '@moby/content/package-archive';
import type { PayloadProof } from '@moby/governor';
import { answerQuestions } from '../process/answer-questions.ts';
import { provePayload } from './prove-payload.ts';

export interface ProveWork {
  readonly tarball: Uint8Array;
  readonly store: string;
  readonly maxBytes: number;
}

answerQuestions<ProveWork>({ answer: prove });

async function prove({ tarball, store, maxBytes }: ProveWork): Promise<PayloadProof> {
  const { files, faults } = await readPackageArchive(tarball);
  if (faults.length > 0) return { kind: 'unproven', why: 'the archive is not in order' };
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
