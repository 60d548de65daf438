import { readFile, stat } from 'node:fs/promises';
import { maxPolicyBytes, readPolicy, type ReviewReport } from '@moby/governor';
import { maxReviewFactsBytes, readReviewFacts, review, withoutVerdict, type ReviewFacts } from '@moby/governor/review';
import { Failure, type Judged } from '@moby/model';
import type { Session } from '../moby-command.ts';
import type { WorldFlags } from '../surroundings.ts';
import { reviewCacheFolder } from './review-cache-folder.ts';

export interface ReviewFlags extends WorldFlags {
  readonly derive: boolean;
  readonly offline: boolean;
  readonly repo: string;
  readonly base: string;
  readonly head: string;
  readonly 'merge-base'?: string | undefined;
  readonly facts?: string | undefined;
  readonly policy?: string | undefined;
}

/** The report on a pull request. Where there can be no verdict, the report says why; wrong flags are thrown. */
export async function reviewChange(flags: ReviewFlags, session: Session): Promise<ReviewReport> {
  const { repo, base, head } = flags;
  const mergeBase = flags['merge-base'];
  const policy =
    flags.policy === undefined
      ? undefined
      : await documentFrom({ flag: '--policy', file: flags.policy, maxBytes: maxPolicyBytes, read: readPolicy });
  const facts: ReviewFacts =
    flags.facts === undefined
      ? {}
      : await documentFrom({ flag: '--facts', file: flags.facts, maxBytes: maxReviewFactsBytes, read: readReviewFacts });
  const derivation = flags.derive ? await (await import('./open-derivation.ts')).openDerivation(flags, session) : undefined;
  const cacheFolder = reviewCacheFolder(process.env);
  try {
    return await review({
      folder: repo,
      base,
      head,
      facts,
      today: facts.today ?? new Date().toISOString().slice(0, 10),
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
      ...(mergeBase === undefined ? {} : { mergeBase }),
      ...(policy === undefined ? {} : { policy }),
      ...(derivation === undefined ? {} : { payloadOf: derivation.payloadOf }),
    });
  } catch (error) {
    if (error instanceof Failure && error.code !== 'usage') return withoutVerdict(error);
    throw error;
  } finally {
    derivation?.close();
  }
}

interface ToRead<Value> {
  readonly flag: string;
  readonly file: string;
  readonly maxBytes: number;
  readonly read: (text: string, file: string) => Promise<Judged<Value>>;
}

/** A file that a flag names: what is wrong with it is wrong usage. */
async function documentFrom<Value>({ flag, file, maxBytes, read }: ToRead<Value>): Promise<Value> {
  const bytes = await readAtMost(file, maxBytes).catch((cause: unknown) => {
    const why = cause instanceof Failure ? cause.message : `\`${file}\` can’t be read`;
    throw new Failure({ code: 'usage', message: why, hints: [`${flag} names a file`], cause });
  });
  const found = await read(bytes.toString('utf8'), file);
  if (found.ok) return found.value;
  const [first] = found.findings;
  const place = first?.place === undefined ? file : `${file}:${first.place.line}:${first.place.column}`;
  throw new Failure({ code: 'usage', message: `${place}: ${first?.message ?? 'it can’t be read'}`, hints: [...(first?.hints ?? [])] });
}

async function readAtMost(file: string, maxBytes: number): Promise<Buffer> {
  const { size } = await stat(file);
  if (size > maxBytes) throw new Failure({ code: 'limit', message: `\`${file}\` has ${size} bytes; at most ${maxBytes} are read` });
  return readFile(file);
}
