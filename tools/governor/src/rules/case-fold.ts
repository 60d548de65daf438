import { ofChange, type GovernanceRule } from './rule.ts';
import { faultClauses } from './tree-faults.ts';

export const caseFold: GovernanceRule = ofChange({
  id: 'MOBY-G006',
  name: 'case-fold',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'On macOS and Windows two names that differ in case alone are one file: which of both is there depends on who wrote last.',
  examples: { fails: '`A.json` beside `a.json`', passes: '`a.json` beside `b.json`' },
  change: faultClauses(
    'case-fold',
    { pair: 'two names in one folder of the head are equal after NFKC and folding of case' },
    'rename one of them',
  ),
});
