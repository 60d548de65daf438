import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, bootOf, outcomes, redisPassed, testOf } from './assembled.ts';

const run = promisify(execFile);

async function redisCli(port: number, ...command: readonly string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...command], { timeout: 20_000 });
  return stdout.trim();
}

describeMachine(
  'redis-os',
  () => {
    test('boots as shipped: release kernel and segments, no test agent', async () => {
      const composed = await assembled('redis-os');
      const report = await testOf(composed, { asShipped: true });
      expect(report.machine.kernel).toBe('vmlinuz');
      expect(outcomes(report)).toEqual(redisPassed);
      expect(composed.artifact.segments.filter(({ label }) => label.startsWith('agent'))).toEqual([]);
      expect(composed.artifact.sizeBytes).toBeLessThanOrEqual(24e6);
    });

    test('boots with runc in place of crun', async () => {
      const composed = await assembled('redis-os', { replace: ['crun=runc'] });
      expect(Object.keys(composed.lock.roots['machine'] ?? {})).toContain('runc');
      expect(Object.keys(composed.lock.roots['machine'] ?? {})).not.toContain('crun');
      expect(outcomes(await testOf(composed))).toEqual(redisPassed);
    });

    test('without redis fails the same expectation', async () => {
      const composed = await assembled('redis-os', { without: ['redis'] });
      const expectations = composed.artifact.expect.map((expectation) => ({ ...expectation, withinMs: 12_000 }));
      const report = await testOf({ ...composed, artifact: { ...composed.artifact, expect: expectations } });
      expect(outcomes(report)).toContain('failed: tcp 6379: PING is answered by +PONG');
      expect(outcomes(report)).toContain('passed: powers off cleanly');
    });

    test('is judged by the bytes that it sends', async () => {
      const composed = await assembled('redis-os');
      const report = await testOf({
        ...composed,
        artifact: { ...composed.artifact, expect: [{ kind: 'tcp', port: 6379, send: 'PING\r\n', receive: '+PANG', withinMs: 20_000 }] },
      });
      const judged = report.entries.find(({ kind }) => kind === 'expectation');
      expect(judged?.outcome).toBe('failed');
      expect(judged?.problem).toContain('+PONG');
    });
  },
  ['qemu-system-x86_64'],
);

describeMachine(
  'two generations of redis in one guest',
  () => {
    test('answer on two ports, each with its own C library, and share what they can', async () => {
      const composed = await assembled('tools/testkit/assemblies/two-redis.yaml');
      const labels = composed.artifact.segments.map(({ label }) => label);
      expect(new Set(labels).size).toBe(labels.length);
      expect(labels.filter((label) => label.startsWith('glibc 2.36'))).toHaveLength(1);
      expect(labels.filter((label) => label.startsWith('glibc 2.41'))).toHaveLength(1);
      expect(labels.filter((label) => label.startsWith('jemalloc '))).toHaveLength(1);
      const machine = await bootOf(composed);
      try {
        expect(await machine.waitFor(({ subject, event }) => subject === 'init' && event === 'ready')).toBeDefined();
        expect(await redisCli(machine.port(6380), 'PING')).toBe('PONG');
        expect(await redisCli(machine.port(6379), 'PING')).toBe('PONG');
        expect(await redisCli(machine.port(6380), 'INFO', 'server')).toContain('redis_version:7.0.');
        expect(await redisCli(machine.port(6379), 'INFO', 'server')).toContain('redis_version:8.0.');
        expect((await machine.powerOff()).verdict).toBe('down');
      } finally {
        await machine.kill();
      }
    });
  },
  ['qemu-system-x86_64', 'redis-cli'],
);
