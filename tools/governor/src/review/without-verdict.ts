import type { Failure, FailureCode } from '@moby/model';
import type { ReviewCause, ReviewReport } from '../formats/review-report.ts';
import { escapeText } from '../judge/escape-text.ts';

/** What git writes for no object. */
const noObject = '0'.repeat(40);

const kinds: Readonly<Partial<Record<FailureCode, ReviewCause['kind']>>> = {
  network: 'network',
  denied: 'network',
  offline: 'network',
  io: 'io',
  'no-space': 'io',
  'store-corrupt': 'io',
};

/** The report where nobody could judge, and that is not the author's fault. */
export function withoutVerdict(
  { code, message, hints }: Failure,
  revisions: { readonly base?: string; readonly head?: string } = {},
): ReviewReport {
  const [help] = hints;
  return {
    form: 1,
    verdict: 'tool-error',
    head: revisions.head ?? noObject,
    base: revisions.base ?? noObject,
    rulesDigest: `sha256:${'0'.repeat(64)}`,
    findings: [],
    waived: [],
    bump: {},
    assemblies: [],
    autoMerge: [],
    passed: 0,
    unjudged: [],
    cause: {
      kind: kinds[code] ?? 'repository',
      message: escapeText(message),
      ...(help === undefined ? {} : { help: escapeText(help) }),
    },
  };
}
