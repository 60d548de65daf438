import { Refusal } from '../gate/refusal.ts';
import type { Judgement } from '../publish/judge.ts';

/** A judgement that lets pass; throws a `Refusal` with all findings where it doesn't, each on a line of its own. */
export function judged(what: string, judgement: Judgement): Judgement {
  const { refusal, findings } = judgement;
  if (refusal !== undefined)
    throw new Refusal({ code: 'MOBY-D424', message: `the rules don't let ${what} pass\n${refusal}`, details: { findings } });
  return judgement;
}
