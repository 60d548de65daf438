import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describeMachine, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { hang, say, tinyArtifact } from './tiny-guest.ts';

describeMachine('a machine', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'does not outlive whoever booted it and was ended by %s',
    async (signal) => {
      const folder = scratchFolder();
      tinyArtifact(folder, [say('moby: 0.1 init start\n'), hang]);
      const owner = spawn(process.execPath, ['-C', 'source', new URL('owner.ts', import.meta.url).pathname, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = await once(owner.stdout, 'data');
      const machine = Number(String(said));
      expect(isAlive(machine)).toBe(true);
      owner.kill(signal);
      const [code, by] = await once(owner, 'exit');
      expect([code, by]).toEqual([null, signal]);
      while (isAlive(machine)) await wait(20);
    },
  );
});

/** Neither gone nor a zombie that waits for its new parent to take notice (proc(5), /proc/pid/stat). */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
