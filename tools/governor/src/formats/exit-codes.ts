import type { GovernanceVerdict } from '../judge/report.ts';

/** What `review` ends with. 2 is also wrong usage: in both cases there is no verdict. */
export const reviewExitCodes: Readonly<Record<GovernanceVerdict, 0 | 1 | 2 | 3>> = {
  pass: 0,
  fail: 1,
  'tool-error': 2,
  'needs-review': 3,
};
