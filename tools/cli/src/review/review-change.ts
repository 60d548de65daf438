import { readFile } from 'node:fs/promises';
import { maxPolicyBytes, readPolicy, type Policy, type ReviewReport } from '@moby/governor';
import { review, withoutVerdict } from '@moby/governor/review';
import { Failure } from '@moby/model/basics';
import type { Session } from '../moby-command.ts';
import type { WorldFlags } from '../surroundings.ts';

export interface ReviewFlags extends WorldFlags {
  readonly derive: boolean;
  readonly offline: boolean;
  readonly repo: string;
  readonly base: string;
  readonly head: string;
  readonly 'merge-base'?: string | undefined;
  readonly policy?: string | undefined;
}

/** The report on a pull request. Where there can be no verdict, the report says why; wrong flags are thrown. */
export async function reviewChange(flags: ReviewFlags, session: Session): Promise<ReviewReport> {
  const { repo, base, head } = flags;
  const mergeBase = flags['merge-base'];
  const policy = flags.policy === undefined ? undefined : await policyFrom(flags.policy);
  const derivation = flags.derive ? await (await import('./open-derivation.ts')).openDerivation(flags, session) : undefined;
  try {
    return await review({
      folder: repo,
      base,
      head,
      today: new Date().toISOString().slice(0, 10),
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

async function policyFrom(file: string): Promise<Policy> {
  const text = await readFile(file).catch((cause: unknown) => {
    throw new Failure({ code: 'usage', message: `\`${file}\` can’t be read`, hints: ['--policy names a file'], cause });
  });
  if (text.length > maxPolicyBytes)
    throw new Failure({ code: 'usage', message: `\`${file}\` has ${text.length} bytes; at most ${maxPolicyBytes} are read`, hints: [] });
  const read = await readPolicy(text.toString('utf8'), file);
  if (read.ok) return read.value;
  const [first] = read.findings;
  const { line = 1, column = 1 } = first?.place ?? {};
  throw new Failure({ code: 'usage', message: `${file}:${line}:${column}: ${first?.message ?? 'it can’t be read'}`, hints: [] });
}
