import { stockText } from '@moby/governor';
import { Refusal } from '../gate/refusal.ts';
import { entryBeside, NoAnswer, openProcess } from '../process/open-process.ts';
import type { Change, Judge, Judgement } from '../publish/judge.ts';
import { objectMember, textMember } from '../storage/json-object.ts';
import type { PayloadState } from '../storage/stored-package.ts';
import type { JudgeAnswer, JudgeWork } from './judge-work.ts';
import type { Prover } from './prover.ts';
import { workOfPromotion, workOfPublish, workOfRestored, type WorkWorld } from './work-of.ts';

export type JudgeWorld = Omit<WorkWorld, 'prover'>;

/** Of one release; what takes longer is refused. */
const defaultMaxMs = 30_000;
const heapMegabytes = 512;
/** It is kept warm for a while: a library is published one release after another. */
const idleMs = 60_000;
const maxWaiting = 1000;

/**
 * The governor's rules, asked with what this registry knows. What strangers send is read and judged in a process of its own, one release at
 * a time. What that can't judge, as it runs out of time or memory, is refused.
 */
export function openJudge(world: JudgeWorld, prover: Prover, { maxMs = defaultMaxMs }: { readonly maxMs?: number } = {}): Judge {
  const works: WorkWorld = { ...world, prover };
  const entry = entryBeside(import.meta.url, 'judge-entry');
  const beside = openProcess({ entry, heapMegabytes, maxMs, questions: 'one', maxWaiting, idleMs });
  const ask = async (what: string, work: JudgeWork): Promise<JudgeAnswer> => {
    try {
      const answer = await beside.ask(work);
      if (isAnswer(answer)) return answer;
      throw new TypeError(`judging ${what} gave nothing`);
    } catch (error) {
      if (!(error instanceof NoAnswer) || error.why === 'failed') throw error;
      if (error.why !== 'busy') world.log({ level: 'error', event: 'not-judged', release: what, error: error.message });
      throw notJudged(what, error);
    }
  };
  return {
    publish: async (publish) => {
      // Both processes start at once where neither is there.
      beside.begin();
      const what = `${publish.name}@${publish.version}`;
      // What a disk has lost comes back as it was.
      const isBack = world.journal.integrityOf(publish.name, publish.version) === publish.integrity;
      return judgementOf(await ask(what, await (isBack ? workOfRestored : workOfPublish)(works, publish)));
    },
    change: async (change) => {
      if (change.kind !== 'promote') return passed('unproven');
      if (payloadOf(change) === 'proven') return passed('proven');
      const answer = await ask(`${change.name}@${change.versions.join(', ')}`, await workOfPromotion(works, change));
      return promotionOf(answer);
    },
    close: () => {
      beside.close();
      prover.close();
    },
  };
}

function passed(payload: PayloadState): Judgement {
  return { findings: [], refusal: undefined, payload };
}

function payloadOf({ versions: [version = ''], published }: Change): PayloadState {
  return textMember(objectMember(published.versions[version], 'dist'), 'payload') === 'proven' ? 'proven' : 'unproven';
}

function judgementOf({ decision, isProven }: JudgeAnswer): Judgement {
  const { accept, findings } = decision;
  return {
    findings,
    refusal: accept ? undefined : stockText({ findings: findings.filter(({ severity }) => severity === 'error') }),
    payload: isProven ? 'proven' : 'unproven',
  };
}

/** What the door takes and keeps from `latest` doesn't become it here either. */
function promotionOf(answer: JudgeAnswer): Judgement {
  const { decision } = answer;
  const judgement = judgementOf(answer);
  return decision.accept && decision.withholdLatest ? { ...judgement, refusal: stockText(decision) } : judgement;
}

function notJudged(what: string, { why, message }: NoAnswer): Refusal {
  switch (why) {
    case 'busy':
      return new Refusal({
        code: 'MOBY-D503',
        message: `too many releases wait to be judged: send ${what} again`,
        headers: { 'retry-after': '30' },
      });
    case 'late':
      return new Refusal({
        code: 'MOBY-D433',
        message: `judging ${what} was given up: ${message}; make its facts.json, its symbols.json and their paths smaller`,
      });
    default:
      return new Refusal({
        code: 'MOBY-D433',
        message: `judging ${what} was given up: ${message}; send it again, and make it smaller where it is given up again`,
      });
  }
}

function isAnswer(value: unknown): value is JudgeAnswer {
  return typeof value === 'object' && value !== null && 'decision' in value;
}
