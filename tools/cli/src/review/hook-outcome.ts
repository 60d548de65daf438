import { judgePush, parsePush, pushedRef } from '@moby/governor/act';
import { quarantineOf } from '@moby/governor/collect';
import { Failure } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { reviewCacheFolder } from './review-cache-folder.ts';

export interface HookOptions {
  readonly repository: string;
  readonly needsReview: 'accept' | 'refuse';
  /** The words of `update`; empty for `pre-receive`. */
  readonly words: readonly string[];
  readonly input: AsyncIterable<unknown>;
  /** As 2027-01-31. */
  readonly today: string;
}

/** Room for a thousand refs of the longest names. */
const maxInputBytes = 5_000_000;

/** Whatever is said goes to stderr, which git shows to who pushes, each line after `remote: `. */
export async function hookOutcome({ repository, needsReview, words, input, today }: HookOptions): Promise<Outcome> {
  const refs = words.length === 0 ? parsePush(await textOf(input)) : [pushedRef(words)];
  const quarantine = quarantineOf(process.env, repository);
  const cacheFolder = reviewCacheFolder(process.env);
  const branches = await judgePush({
    folder: repository,
    refs,
    needsReview,
    today,
    ...(quarantine === undefined ? {} : { quarantine }),
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  });
  const isRefused = branches.some(({ accepted }) => !accepted);
  return {
    kind: 'done',
    value: {
      accepted: !isRefused,
      branches: branches.map(({ ref, accepted, report }) => ({ ref, accepted, ...(report === undefined ? {} : { report }) })),
    },
    lines: [],
    next: branches.flatMap(({ lines }, index) => [...(index === 0 ? [] : [[]]), ...lines.map((line) => [line])]),
    exitCode: isRefused ? 1 : 0,
  };
}

async function textOf(input: AsyncIterable<unknown>): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of input) {
    const bytes = Buffer.from(piece instanceof Uint8Array ? piece : String(piece));
    size += bytes.length;
    if (size > maxInputBytes) throw new Failure({ code: 'limit', message: `more than ${maxInputBytes} bytes about refs on stdin` });
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString('utf8');
}
