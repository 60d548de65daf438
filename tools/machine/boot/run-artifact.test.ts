import { join } from 'node:path';
import { runArtifact, type RunEvent } from '@moby/machine';
import { describeMachine, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { powerOff, say, tinyArtifact, tripleFault, waitForButton } from './tiny-guest.ts';

const ready = say(
  'moby: 0.10 init start\nmoby: 0.20 init containers 1\nmoby: 0.30 service redis started 1\nmoby: 0.40 service redis ready\n',
);
const goDown = [say('moby: 0.50 init stopping\nmoby: 0.60 init down\n'), powerOff];

describeMachine('running an artifact', () => {
  test('tells the story as events, and powers off when it is asked to', async () => {
    const folder = scratchFolder();
    const artifact = tinyArtifact(folder, [ready, waitForButton, ...goDown], { services: [{ name: 'redis', hasProbe: true }] });
    const wish = new AbortController();
    const events: RunEvent[] = [];
    const result = await runArtifact({
      artifact,
      folder,
      cacheFolder: join(folder, 'cache'),
      env: process.env,
      signal: wish.signal,
      ports: [{ host: 0, machine: 6379, service: 'redis' }],
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'ready') wish.abort();
      },
    });
    expect(result.exit.verdict).toBe('down');
    expect(result.finding).toBeUndefined();
    const told = events.filter(({ kind }) => kind !== 'console').map(({ atMs: _at, ...event }) => event);
    expect(told.slice(1)).toEqual([
      { kind: 'kernel', release: '0.0.1-tiny' },
      { kind: 'init', containers: 1 },
      { kind: 'service', name: 'redis', event: 'started', detail: '1' },
      { kind: 'service', name: 'redis', event: 'ready', detail: '' },
      { kind: 'ready' },
      { kind: 'stopping' },
    ]);
    expect(told[0]).toMatchObject({
      kind: 'machine',
      machine: { memoryBytes: 33_554_432 },
      ports: [{ machine: 6379, service: 'redis', host: expect.any(Number) }],
    });
  });

  test('ends with a finding where the guest ends by itself', async () => {
    const folder = scratchFolder();
    const artifact = tinyArtifact(folder, [ready, tripleFault]);
    const result = await runArtifact({
      artifact,
      folder,
      cacheFolder: join(folder, 'cache'),
      env: process.env,
      signal: new AbortController().signal,
      onEvent: () => undefined,
    });
    expect(result.finding).toMatchObject({
      code: 'guest-failed',
      message: expect.stringMatching(/^tiny-os ended after \d+\.\d s: the machine restarted by itself/),
    });
  });
});
