import { Refusal } from '../gate/refusal.ts';
import type { Judgement } from '../publish/judge.ts';

/** A judgement that lets pass; throws a `Refusal` with all findings where it doesn't. */
export function judged(judgement: Judgement): Judgement {
  const { refusal, findings } = judgement;
  if (refusal !== undefined) throw new Refusal({ code: 'MOBY-D424', message: refusal, details: { findings } });
  return judgement;
}
