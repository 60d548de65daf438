import { join } from 'node:path';
import type { Artifact } from '@moby/model';
import { type Report, testArtifact, type TestOptions, type TestPhase } from '@moby/machine';
import { describeMachine, expectGolden, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { hang, powerOff, reset, say, type Step, tinyArtifact, waitForButton } from './tiny-guest.ts';

const ready = say(
  'moby: 0.10 init start\nmoby: 0.20 init containers 1\nmoby: 0.30 service redis started 1\nmoby: 0.40 service redis ready\n',
);
const goDown = [say('moby: 0.50 init stopping\nmoby: 0.60 init down\n'), powerOff];
const redis = {
  services: [
    { name: 'redis', hasProbe: true },
    { name: 'log', hasProbe: false },
  ],
};
const ping = { kind: 'tcp', port: 6379, send: 'PING\r\n', receive: '+PONG', withinMs: 2000 } as const;
const greeting = { kind: 'console', contains: 'redis ready', withinMs: 20_000 } as const;

async function report(steps: readonly Step[], changes: Partial<Artifact>, options: Partial<TestOptions> = {}): Promise<Report> {
  const folder = scratchFolder();
  const artifact = tinyArtifact(join(folder, 'artifact'), steps, changes);
  return testArtifact({ artifact, folder: join(folder, 'artifact'), cacheFolder: join(folder, 'cache'), env: process.env, ...options });
}

/** Without what differs from run to run. */
function steady(found: Report): string {
  const { machine: _machine, totalMs: _total, ...rest } = found;
  const text = JSON.stringify({ ...rest, entries: found.entries.map(({ ms: _ms, atMs: _at, ...entry }) => entry) }, undefined, 2);
  return `${text.replace(/\b\d+\.\d s/g, 'N s')}\n`;
}

describeMachine('testing an artifact', () => {
  test('reports services, expectations and the power-off in order', async () => {
    const entries: string[] = [];
    const phases: TestPhase[] = [];
    const found = await report(
      [ready, waitForButton, ...goDown],
      { ...redis, expect: [greeting] },
      { onEntry: ({ title }) => entries.push(title), onPhase: (phase) => phases.push(phase) },
    );
    expectGolden('report-passed.json', steady(found));
    expect(entries).toEqual(['redis is ready', 'console: redis ready is said', 'powers off cleanly']);
    expect(phases).toEqual([{ kind: 'services' }, { kind: 'expectation', title: 'console: redis ready is said' }, { kind: 'power-off' }]);
  });

  test('an expectation fails by the bytes that do not come, though the port accepts a connection', async () => {
    expectGolden('report-nobody-answers.json', steady(await report([ready, waitForButton, ...goDown], { ...redis, expect: [ping] })));
  });

  test('a service that is not ready in time fails with the last that was said of it', async () => {
    const crash = say(
      'moby: 0.10 init start\nmoby: 0.30 service redis started 1\nmoby: 0.35 service redis exited 1\nmoby: 0.35 service redis backoff 1\n',
    );
    expectGolden('report-not-ready.json', steady(await report([crash, waitForButton, ...goDown], redis, { readyWithinMs: 1000 })));
  });

  test('a guest that says nothing is a finding, and nothing else is judged', async () => {
    expectGolden(
      'report-silent.json',
      steady(await report([say('[    1.000000] stuck\n'), hang], { ...redis, expect: [ping] }, { silentAfterMs: 1500 })),
    );
  });

  test('a panic in the middle is a finding; what passed before has passed', async () => {
    const panic = say('[    3.912000] Kernel panic - not syncing: Attempted to kill init!\n');
    expectGolden('report-panic.json', steady(await report([ready, panic, reset], { ...redis, expect: [ping] })));
  });

  test('a guest that ignores its button fails the power-off alone', async () => {
    expectGolden('report-not-down.json', steady(await report([ready, hang], redis, { powerOffLimitMs: 1500 })));
  });

  test('an interruption ends the machine and is a failure', async () => {
    const signal = AbortSignal.timeout(700);
    await expect(report([ready, hang], { ...redis, expect: [ping] }, { signal })).rejects.toMatchObject({
      code: 'interrupted',
      exitCode: 130,
    });
  });
});
