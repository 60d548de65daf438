import { join } from 'node:path';
import { storeFolder } from '@moby/composer';
import { withInvocation } from '../invocation.ts';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { cyan, green, red, yellow, type Line, type Span } from '../reporter/line.ts';
import { findLibrary } from '../places.ts';
import { examine, type Finding } from './examine.ts';

const subjectWidth = 8;

export async function doctorOutcome(options: {
  readonly debianMirror: string | undefined;
  readonly version: string;
  readonly session: Session;
}): Promise<Outcome> {
  const { session, version, debianMirror } = options;
  session.reporter.step({ step: 'doctor', note: 'looking' });
  const store = storeFolder(process.env);
  const findings = await examine({
    environment: process.env,
    storeFolder: store,
    machineCacheFolder: join(store, 'machine'),
    library: findLibrary(process.cwd()),
    debianMirror,
    platform: 'linux/amd64',
  });
  const ok = findings.every(({ status }) => status !== 'error');
  return {
    kind: 'done',
    value: { ok, version, findings },
    lines: findings.flatMap((finding) => findingLines(finding, session.invocation)),
    exitCode: ok ? 0 : 1,
  };
}

function findingLines({ subject, status, message, fixes }: Finding, invocation: string): readonly Line[] {
  return [
    ['  ', mark(status), ` ${subject.padEnd(subjectWidth)} ${message}`],
    ...fixes.map((fix): Line => [`      `, cyan('fix'), `: ${withInvocation(fix, invocation)}`]),
  ];
}

function mark(status: Finding['status']): Span {
  switch (status) {
    case 'ok':
      return green('✔');
    case 'warning':
      return yellow('!');
    case 'error':
      return red('✘');
  }
}
