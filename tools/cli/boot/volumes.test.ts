import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Composed } from '@moby/composer';
import { bootMachine, type Machine } from '@moby/machine';
import { describeMachine, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, machineCache, outcomes, testOf } from './assembled.ts';

describeMachine('a machine with a volume', () => {
  const compose = (): Promise<Composed> => assembled('tools/testkit/assemblies/volume-script.yaml');

  test('formats it, keeps it over a reboot, and is judged by scripts in both boots', async () => {
    const phases: string[] = [];
    const report = await testOf(await compose(), {
      onPhase: (phase) => phases.push(phase.kind === 'script' ? `${phase.script} ${phase.points}` : phase.kind),
    });
    expect(phases).toEqual([
      'services',
      'expectation',
      ...[0, 1, 2, 3, 4, 5].map((points) => `test/notes.ts ${points}`),
      'reboot',
      ...[0, 1, 2].map((points) => `test/notes-again.ts ${points}`),
      'power-off',
    ]);
    expect(outcomes(report), JSON.stringify(report, undefined, 2)).toEqual([
      'passed: dhcp is ready',
      'passed: notes is ready',
      'passed: console: service dhcp ready is said',
      'passed: the notes › are none on a blank disk',
      'passed: the notes › are kept',
      'passed: the machine was told that this is a test',
      'passed: a payload is a tar of what the component has',
      'passed: the environment is bounded, and the folder is the script’s own',
      'passed: test/notes.ts: 5 points',
      'passed: switches off cleanly and is ready again',
      'passed: what was written before the reboot is still there',
      'passed: what the first script left for this one too',
      'passed: test/notes-again.ts: 2 points',
      'passed: powers off cleanly',
    ]);
  });

  test('keeps what it has synced when it is killed, and grows with its volume', async () => {
    const composed = await compose();
    const scratch = scratchFolder();
    const boot = async (sizeBytes: number, number: number): Promise<Machine> => {
      const machine = await bootMachine({
        artifact: { ...composed.artifact, volumes: [{ name: 'data', sizeBytes }] },
        folder: composed.folder,
        cacheFolder: machineCache(),
        env: process.env,
        volumeFolder: scratch,
        ports: [{ host: 0, machine: 7003 }],
        consoleLog: join(scratch, `console-${number}`),
      });
      const ready = await machine.waitFor(({ name, event }) => name === 'notes' && event === 'ready', AbortSignal.timeout(90_000));
      if (ready === undefined) throw new Error(machine.consoleTail(40).join('\n'));
      return machine;
    };
    const ask = async (machine: Machine, page: string, init?: RequestInit): Promise<string> =>
      (await fetch(`http://127.0.0.1:${machine.port(7003)}/cgi-bin/${page}`, init)).text();
    const kibibytes = async (machine: Machine): Promise<number> =>
      Number((await ask(machine, 'machine')).trimEnd().split('\n').at(-1)?.split(/\s+/)[1]);

    const first = await boot(64 << 20, 1);
    expect(await ask(first, 'notes', { method: 'POST', body: 'synced' })).toBe('synced\n');
    const before = await kibibytes(first);
    await first.kill();
    const second = await boot(256 << 20, 2);
    expect(await ask(second, 'notes')).toBe('synced\n');
    expect(await kibibytes(second)).toBeGreaterThan(before * 3);
    expect((await second.powerOff()).verdict, readFileSync(join(scratch, 'console-2'), 'utf8')).toBe('down');
    await expect(boot(64 << 20, 3)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
