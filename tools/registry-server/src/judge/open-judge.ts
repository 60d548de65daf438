import { catalogue, judge, stockText, type Finding, type GovernanceRule, type Question, type Report } from '@moby/governor';
import type { Actor, Change, Judge, Judgement } from '../publish/judge.ts';
import type { Log } from '../server/log.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import { objectMember, textMember } from '../storage/json-object.ts';
import type { Journal } from '../storage/open-journal.ts';
import type { StorageFolder } from '../storage/storage-folder.ts';
import type { PayloadState } from '../storage/stored-package.ts';
import { openPublishedContents } from './published-contents.ts';
import type { Prover } from './prover.ts';
import { questionOfChange, questionOfPublish, type QuestionWorld } from './question-of.ts';

export interface JudgeWorld {
  readonly settings: RegistrySettings;
  readonly storage: StorageFolder;
  readonly journal: Journal;
  readonly log: Log;
}

/** The rules that a promotion asks once more: what the payload is has to be known by then. */
const promotionRules = ['digests', 'reproducible'];

/** The governor's rules, asked with what this registry knows. */
export function openJudge({ settings, storage, journal, log }: JudgeWorld, prover: Prover): Judge {
  const world: QuestionWorld = { settings, storage, journal, contents: openPublishedContents({ storage, journal, log }), prover };
  return {
    publish: async (publish) => {
      // The very bytes that were judged and published once: what a disk has lost comes back as it was.
      if (journal.integrityOf(publish.name, publish.version) === publish.integrity)
        return { findings: [], refusal: undefined, payload: 'unproven' };
      const question = await questionOfPublish(world, publish);
      return judgementOf({ report: await judge(question), question, by: publish.by });
    },
    change: async (change) => {
      if (change.kind !== 'promote') return { findings: [], refusal: undefined, payload: 'unproven' };
      if (payloadOf(change) === 'proven') return { findings: [], refusal: undefined, payload: 'proven' };
      const question = await questionOfChange(world, change);
      return judgementOf({ report: await judge(question, rulesNamed(promotionRules)), question, by: undefined });
    },
  };
}

function rulesNamed(names: readonly string[]): readonly GovernanceRule[] {
  return catalogue.filter(({ name }) => names.includes(name));
}

function payloadOf({ versions: [version = ''], published }: Change): PayloadState {
  return textMember(objectMember(published.versions[version], 'dist'), 'payload') === 'proven' ? 'proven' : 'unproven';
}

interface Judged {
  readonly report: Report;
  readonly question: Question;
  /** Who may decide what is for a person to decide; undefined where nobody may. */
  readonly by: Actor | undefined;
}

function judgementOf({ report, question, by }: Judged): Judgement {
  const refusing = report.findings.filter((finding) => refuses(finding, by));
  const texts = refusing.length === 0 ? [] : [stockText({ findings: refusing })];
  if (refusing.length === 0 && report.unjudged.length > 0)
    texts.push(`the release can't be read far enough to judge it by ${report.unjudged.join(', ')}`);
  return {
    findings: report.findings,
    refusal: texts.length === 0 ? undefined : texts.join('\n'),
    payload: isProven(report.findings, question) ? 'proven' : 'unproven',
  };
}

/** What a person has to decide is decided by whoever may waive it and publishes: an owner, or a steward (a bot publishes what was merged). */
function refuses({ severity, waivableBy }: Finding, by: Actor | undefined): boolean {
  if (severity === 'error' || severity === 'tool-error') return true;
  if (severity !== 'review') return false;
  if (by === undefined) return true;
  return waivableBy !== 'owner' && by.role !== 'steward' && by.role !== 'bot';
}

function isProven(findings: readonly Finding[], { payload }: Question): boolean {
  return payload.kind === 'proven' && !findings.some(({ name }) => name === 'reproducible' || name === 'digests');
}
