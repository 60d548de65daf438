import { join } from 'node:path';
import { bootGuest, type BootedGuest } from '@moby/machine';
import { describeMachine, inGuest, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildMachine } from './build-machine.ts';

describeMachine('the log component', () => {
  const scratch = temporaryFolder();
  let guest: BootedGuest;

  beforeAll(async () => {
    const built = await buildMachine('logs', scratch);
    guest = await bootGuest({
      ...built,
      cacheFolder: join(scratch, 'cache'),
      env: process.env,
      accelerator: 'tcg',
      ports: [{ host: 0, machine: 514 }],
      limitMs: 180_000,
    });
    const ready = await guest.waitFor(({ subject, event }) => subject === 'init' && event === 'ready', AbortSignal.timeout(120_000));
    if (ready === undefined) throw new Error(guest.consoleTail(40).join('\n'));
  });

  afterAll(async () => {
    await guest?.kill();
    await removeFolder(scratch);
  });

  const written = (text: string): Promise<string> =>
    inGuest(guest, `for n in 1 2 3 4 5 6 7 8 9 10; do grep -F '${text}' /mnt/data/log/containers.log && exit 0; sleep 1; done; exit 1`);

  test('writes what a container says by TCP, as RFC 5424 has it', async () => {
    expect(await written('sold by TCP')).toBe('<134>1 2026-11-24T12:00:00Z web shop 7 - - sold by TCP');
  });

  test('writes what is said by UDP, in the older form too', async () => {
    await inGuest(guest, 'syslogd -R 127.0.0.1:514 && sleep 1 && logger -t store -p daemon.warn sold by UDP');
    expect(await written('sold by UDP')).toMatch(/^<28>1 \d{4}-\d\d-\d\dT\S+ \S+ store - - - +sold by UDP$/);
  });

  test('begins a new file when the old one is full, and keeps one', async () => {
    const said = 'head -c 8000 /dev/zero | tr "\\0" x';
    await inGuest(
      guest,
      `line="<134>1 - web bulk 7 - - $(${said})"; { n=0; while [ $n -lt 2400 ]; do echo "$line"; n=$((n + 1)); done; } | nc 127.0.0.1 514`,
    );
    const sizes = await inGuest(guest, 'sleep 3; cd /mnt/data/log && ls && stat -c %s *');
    const [first, second, now = 0, before = 0] = sizes.split('\n').map((word) => (word.startsWith('c') ? word : Number(word)));
    expect([first, second]).toEqual(['containers.log', 'containers.log.1']);
    for (const size of [now, before]) expect(Number(size)).toBeLessThan(17.5e6);
  });

  test('does not listen to the network', async () => {
    expect(await inGuest(guest, 'netstat -lnut | grep :514')).not.toMatch(/0\.0\.0\.0:514|:::514/);
  });

  test('runs without a privilege but that of its port', async () => {
    const status = await inGuest(guest, 'grep -h -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/$(pidof rsyslogd)/status');
    expect(status).toBe('CapEff:\t0000000000000400\nNoNewPrivs:\t1\nSeccomp:\t2');
  });

  test('ends well when it is told to, and says what it still had', async () => {
    await inGuest(
      guest,
      'printf "<134>1 2026-11-24T12:00:01Z web shop 8 - - the last of it\\n" | nc 127.0.0.1 514; kill $(cat /run/moby/rsyslog/pid)',
    );
    const ended = await guest.waitFor(({ name, event }) => name === 'rsyslog' && event === 'exited', AbortSignal.timeout(60_000));
    expect(ended?.line.detail).toBe('0');
    expect(await written('the last of it')).toContain('shop 8');
  });
});
