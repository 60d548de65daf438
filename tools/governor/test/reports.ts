import type { Finding, ReviewReport } from '@moby/governor';

/** What a review of an everyday pull request says. */
export const ordinary: ReviewReport = {
  form: 1,
  verdict: 'fail',
  head: '3f2a9d7c0b1e4f5a6978897a6b5c4d3e2f10aa01',
  base: '91c0ffee91c0ffee91c0ffee91c0ffee91c0ffee',
  rulesDigest: `sha256:${'5a'.repeat(32)}`,
  findings: [
    {
      rule: 'MOBY-S109',
      name: 'description',
      clause: 'too-long',
      severity: 'warning',
      component: 'containerd/2.1',
      path: 'components/containerd/2.1/package.json',
      line: 5,
      column: 18,
      pointer: '/description',
      message: 'the description has 140 characters, of 120',
      help: 'say what it is, in one phrase',
      waivableBy: 'owner',
    },
    {
      rule: 'MOBY-V506',
      name: 'abi-bump',
      clause: 'offer-removed',
      severity: 'error',
      component: 'containerd/2.1',
      path: 'components/containerd/2.1/package.json',
      line: 4,
      column: 14,
      pointer: '/version',
      message: '2.1.9 no longer offers the ttrpc service `containerd.task.v2`, which 2.1.8 did: major, and 2.1.9 after 2.1.8 is a patch',
      help: 'a break is a new line, not a release of this one; needed by containerd-shim-runc 1.7 in moby-origin',
      waivableBy: 'steward',
    },
    {
      rule: 'MOBY-O401',
      name: 'owners-valid',
      clause: 'no-owner',
      severity: 'review',
      component: 'containerd/2.1',
      path: 'components/containerd/OWNERS.yaml',
      line: 1,
      column: 1,
      pointer: '',
      message: 'nobody answers for the component',
      waivableBy: 'nobody',
    },
  ],
  waived: [
    {
      finding: {
        rule: 'MOBY-V507',
        name: 'over-bump',
        clause: 'more-than-needed',
        severity: 'warning',
        component: 'runc/1.3',
        path: 'components/runc/1.3/package.json',
        line: 4,
        column: 14,
        pointer: '/version',
        message: 'the version announces a minor, and nothing was added',
        waivableBy: 'steward',
      },
      by: 'steward',
      reason: 'upstream’s own number',
    },
  ],
  bump: {
    'containerd/2.1': {
      version: '2.1.9+r1',
      baseline: '2.1.8+r1',
      declared: 'patch',
      required: 'major',
      witnesses: [{ change: 'offer-removed', requires: 'major', about: 'ttrpc:containerd.task.v2', sentence: 'it is no longer offered' }],
    },
    'runc/1.3': { version: '1.3.0+r1', declared: 'none', required: 'none', witnesses: [] },
  },
  assemblies: [
    { name: 'moby-origin', before: 'passes', after: 'fails' },
    { name: 'moby-podman', before: 'passes', after: 'passes' },
    { name: 'redis-os', before: 'absent', after: 'unknown' },
  ],
  autoMerge: [
    { condition: 'the verdict is a pass', met: false, who: 'the author' },
    { condition: 'only components and change notes are touched', met: true },
    { condition: 'an owner has approved this very head', met: false, who: 'an owner of containerd' },
  ],
  passed: 61,
  unjudged: ['MOBY-C604'],
};

/** Everything that a contributor could try, in one text. */
export const nasty = [
  '::error file=a::b',
  '\n::stop-commands::x\r\n##[add-mask]y',
  '\u001b[31mred\u001b]8;;https://evil.example\u0007\u009b2J\u0000',
  '\u202egpj.exe\u2066\u200b\u2028\ud800\ufffe',
  '<!-- moby-compose review --><script>alert(1)</script><img src=x onerror=y>&lt;',
  '@moby/stewards @root #1 GH-2 other/repo#3 https://evil.example www.evil.example a@evil.example',
  '[link](https://evil.example) ![x](y) `code` ``` **b** _i_ ~~s~~ |a|b| $x$ :tada: \\',
  ']]></failure> "quoted" \'single\' 100%0A, a:b',
].join(' ');

/** Every text of a report that somebody else had a hand in is this one. */
export function hostileReport(text: string): ReviewReport {
  const finding: Finding = {
    rule: 'MOBY-V506',
    name: 'abi-bump',
    clause: text,
    severity: 'error',
    component: text,
    path: `/../${text}/package.json`,
    line: 7,
    column: 3,
    pointer: text,
    message: text,
    help: text,
    waivableBy: 'steward',
  };
  return {
    form: 1,
    verdict: 'fail',
    head: 'a'.repeat(40),
    base: 'b'.repeat(40),
    rulesDigest: `sha256:${'5a'.repeat(32)}`,
    findings: [
      finding,
      { ...finding, severity: 'tool-error' },
      { ...finding, severity: 'warning', path: '' },
      { ...finding, severity: 'hint' },
    ],
    waived: [{ finding: { ...finding, rule: 'MOBY-V507', name: 'over-bump' }, by: 'owner', reason: text }],
    bump: {
      [text]: {
        version: text,
        baseline: text,
        declared: 'patch',
        required: 'major',
        witnesses: [{ change: text, requires: 'major', about: text, sentence: text }],
      },
    },
    assemblies: [{ name: text, before: 'passes', after: 'fails' }],
    autoMerge: [{ condition: text, met: false, who: text }],
    passed: 1,
    unjudged: [text],
    cause: { kind: 'io', message: text, help: text },
  };
}

/** Of `count` findings in as many files, the last is an error and the rest are warnings. */
export function longReport(count: number): ReviewReport {
  const [warning] = ordinary.findings;
  if (warning === undefined) throw new Error('the report has no finding');
  const findings = Array.from({ length: count }, (_, index): Finding => ({
    ...warning,
    severity: index === count - 1 ? 'error' : 'warning',
    path: `components/c${index}/package.json`,
  }));
  return { ...ordinary, findings };
}
