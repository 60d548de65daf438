import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { storeFolder } from '@moby/composer';
import { Failure } from '@moby/model';
import {
  defaultStorage,
  jsonLog,
  openJudge,
  openProver,
  parseListen,
  proverLimits,
  serveRegistry,
  type Ready,
} from '@moby/registry-server';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { readyLine, storageLines } from '../words/registry.ts';
import { readConfiguration } from './read-configuration.ts';

export interface ServeFlags {
  readonly listen?: string | undefined;
  readonly storage?: string | undefined;
  readonly config?: string | undefined;
  readonly log?: string | undefined;
}

/** Runs a registry until it is told to stop. */
export async function serveOutcome(flags: ServeFlags, { reporter, signal, impatience }: Session): Promise<Outcome> {
  const configured = await readConfiguration(flags.config);
  if (!configured.ok) return refusedBy(configured.findings);
  const { settings, storage, store = storeFolder(process.env) } = configured.value;
  const listen = listenOf(flags.listen) ?? settings.listen;
  const root = resolve(flags.storage ?? storage ?? defaultStorage(process.env));
  const descriptor = flags.log === undefined ? 2 : openLog(flags.log);
  const served: { ready?: Ready } = {};
  try {
    await serveRegistry({
      root,
      settings: { ...settings, listen },
      log: jsonLog(
        (line) => void writeSync(descriptor, line),
        () => new Date(),
      ),
      judge: (world) => openJudge(world, openProver({ store, ...proverLimits })),
      verdaccioLog: flags.log ?? descriptor,
      signal,
      impatience,
      now: () => new Date(),
      onReady: (ready) => {
        served.ready = ready;
        for (const line of storageLines(ready.findings)) reporter.say(line);
        reporter.say(readyLine(ready));
      },
    });
  } finally {
    if (flags.log !== undefined) closeSync(descriptor);
  }
  const { url = '', packages = 0, versions = 0, findings = [] } = served.ready ?? {};
  return { kind: 'done', value: { url, storage: root, packages, versions, findings }, lines: [], next: [['stopped']] };
}

function listenOf(text: string | undefined): { readonly host: string; readonly port: number } | undefined {
  if (text === undefined) return undefined;
  const address = parseListen(text);
  if (address !== undefined) return address;
  throw new Failure({
    code: 'usage',
    message: `\`${text}\` is no address to listen at`,
    hints: ['as 127.0.0.1:4873, [::1]:4873, or 4873'],
  });
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o640);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Failure({
      code: 'io',
      message: `\`${file}\` can't be written: ${code}`,
      hints: ['name another file with --log FILE'],
      cause: error,
    });
  }
}
