import type { PayloadProof, ReviewReport } from '@moby/governor';
import { review } from '@moby/governor/review';
import type { BuiltPayload } from '@moby/composer';

export interface ToJudge {
  readonly folder: string;
  readonly base: string;
  readonly head: string;
  readonly today: string;
  /** Where reviews keep what they have read of a library; undefined for nowhere. */
  readonly cacheFolder: string | undefined;
  /** Payloads that were derived for the change, by line. */
  readonly payloads: ReadonlyMap<string, readonly BuiltPayload[]>;
}

/** Judges a commit as a pull request with it would be, with the proof of what has just been derived. Throws as `review` does. */
export function judgeCommit({ folder, base, head, today, cacheFolder, payloads }: ToJudge): Promise<ReviewReport> {
  return review({
    folder,
    base,
    head,
    today,
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
    payloadOf: ({ label }) => proofOf(payloads.get(label.replace(/^components\/|\/$/g, ''))),
  });
}

function proofOf(payloads: readonly BuiltPayload[] | undefined): PayloadProof {
  if (payloads === undefined) return { kind: 'unproven', why: 'the sweep has not derived the payloads' };
  const derived = payloads.map(({ platform, digest, sizeBytes }) => [platform, { digest, size: sizeBytes }] as const);
  return { kind: 'proven', payloads: Object.fromEntries(derived), differing: [] };
}
