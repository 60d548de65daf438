import { resolve } from 'node:path';
import { checkStorage, defaultStorage } from '@moby/registry-server';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { fsckLines } from '../words/registry.ts';

export interface FsckFlags {
  readonly storage?: string | undefined;
  readonly repair: boolean;
}

export async function fsckOutcome(flags: FsckFlags, { reporter }: Session): Promise<Outcome> {
  const storage = resolve(flags.storage ?? defaultStorage(process.env));
  reporter.step({ step: 'fsck', note: 'reading every file' });
  const state = await checkStorage(storage, { repair: flags.repair, now: () => new Date() });
  return {
    kind: 'done',
    value: { storage, ...state },
    lines: fsckLines(state, storage),
    exitCode: state.findings.every(({ isMended }) => isMended) ? 0 : 1,
    ...(state.findings.some(({ remedy, isMended }) => remedy !== undefined && !isMended)
      ? { next: [[`mend what can be mended: moby-compose registry fsck --storage ${storage} --repair`]] }
      : {}),
  };
}
