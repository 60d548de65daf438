import { join } from 'node:path';
import { bootMachine, type Exit, type Machine } from '@moby/machine';
import type { Artifact } from '@moby/model';
import { cutArtifact, describeMachine, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildMachine } from './build-machine.ts';

/** What an init says when it can't go on, and that it then switches off. */
describeMachine('a machine that can not go on', () => {
  const scratch = temporaryFolder();
  let built: { readonly artifact: Artifact; readonly folder: string };

  beforeAll(async () => {
    built = await buildMachine('broken-onboot', scratch);
  });

  afterAll(() => removeFolder(scratch));

  async function bootToItsEnd(
    artifact: Artifact,
    folder: string,
    memoryBytes?: number,
  ): Promise<{ readonly machine: Machine; readonly exit: Exit }> {
    const machine = await bootMachine({
      artifact,
      folder,
      cacheFolder: join(scratch, 'cache'),
      env: process.env,
      accelerator: 'tcg',
      limitMs: 60_000,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
    return { machine, exit: await machine.exited };
  }

  test('stops at the first task of onboot that fails, and says which', async () => {
    const { machine, exit } = await bootToItsEnd(built.artifact, built.folder);
    const told = machine
      .stateLines()
      .filter(({ subject }) => subject !== 'init')
      .map(({ subject, name, event, detail }) => `${subject} ${name} ${event} ${detail}`.trim());
    expect(told).toEqual(['onboot good done', 'onboot bad failed 7 it is broken']);
    expect(exit).toMatchObject({ verdict: 'failed', reason: 'onboot bad: nothing after it is started' });
  });

  test('says that the initrd is incomplete, even where only its last entry is missing', async () => {
    const initrd = built.artifact.files.find(({ role }) => role === 'initrd')?.sizeBytes ?? 0;
    const last = built.artifact.segments.at(-1)?.sizeBytes ?? 0;
    const to = join(scratch, 'cut');
    const cut = await cutArtifact(built.artifact, { from: built.folder, to }, initrd - last);
    const { exit } = await bootToItsEnd(cut, to);
    expect(exit.verdict).toBe('failed');
    expect(exit.reason).toMatch(/^incomplete: the initrd was not unpacked to its end; \d+ of \d+ MB memory are free$/);
  });

  test('says something about memory where there is too little of it', async () => {
    const { exit } = await bootToItsEnd(built.artifact, built.folder, 72 * 1024 ** 2);
    expect(['failed', 'panic']).toContain(exit.verdict);
    expect(`${exit.reason}\n${exit.console.join('\n')}`).toMatch(/memory|Initramfs unpacking failed: write error|Failed to execute/);
  });
});
