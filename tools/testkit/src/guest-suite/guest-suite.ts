import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type GuestCase, inGuest, line, lines, spell, type SuiteGuest } from './suite-guest.ts';

/**
 * What every init must do, in the machine of tools/testkit/guest-suite/suite.yaml. The cases run in this order in one boot; the
 * last one ends it.
 */
export const guestSuite: readonly GuestCase[] = [
  { name: 'runs the onboot tasks in order, before any service', run: onbootInOrder },
  { name: 'becomes ready when every service with a probe is ready', run: becomesReady },
  { name: 'counts a service without a probe as ready once it was started, however soon and badly it ends', run: countsBriefOnes },
  { name: 'starts a dependent only when what it comes after answers', run: gatesOnReadiness },
  { name: 'asks a program, a port, a page and a file whether a service is ready', run: probes },
  { name: 'confines a service: no privileges, no writable root, limits that the kernel keeps', run: confines },
  { name: 'gives a root of its own that can be written only where that is declared', run: writableRoot },
  { name: 'lets the memory limit end one container alone, and says so', run: memoryLimit },
  { name: 'restarts what dies at once with a growing pause', run: backsOff },
  { name: 'starts a killed service again, and it answers', run: restarts },
  { name: 'supervises a service again when its supervisor was killed', run: supervisesAgain },
  { name: 'keeps 100 MB of output under 4 MB, with no restart', run: boundsLogs },
  { name: 'keeps the lease: a renewal changes nothing but its time', run: renews },
  { name: 'ends everything in order when the power button is pressed', run: endsCleanly },
];

async function onbootInOrder(guest: SuiteGuest): Promise<void> {
  await line(guest, 'onboot second done');
  const seen = guest.stateLines().map(spell);
  const order = ['init start', 'onboot first done', 'onboot second done'].map((text) => seen.indexOf(text));
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
    seen.join('\n'),
  );
  await line(guest, 'service redis started');
  assert.ok(!seen.slice(0, order[2]).some((text) => text.startsWith('service')), seen.join('\n'));
}

async function becomesReady(guest: SuiteGuest): Promise<void> {
  const ready = await line(guest, 'init ready', 150_000);
  for (const name of ['dhcp', 'redis', 'slow-starter', 'asked', 'island', 'chatty']) {
    const own = lines(guest, `service ${name} ready`)[0];
    assert.ok(
      own !== undefined && own.uptimeSeconds <= ready.uptimeSeconds,
      `${name} became ready at ${own?.uptimeSeconds}, the machine at ${ready.uptimeSeconds}`,
    );
  }
  assert.equal(lines(guest, 'init ready').length, 1);
}

async function countsBriefOnes(guest: SuiteGuest): Promise<void> {
  const ready = await line(guest, 'init ready');
  for (const [name, code] of [
    ['brief', 0],
    ['failing', 3],
    ['follower', 0],
  ] as const) {
    assert.equal(spell(await line(guest, `service ${name} exited`)), `service ${name} exited ${code}`);
    const [begun, ...more] = lines(guest, `service ${name} started`);
    assert.equal(begun?.detail, '1');
    assert.deepEqual(more, []);
    assert.ok(
      begun.uptimeSeconds <= ready.uptimeSeconds,
      `${name} started at ${begun.uptimeSeconds}, the machine is ready at ${ready.uptimeSeconds}`,
    );
    await line(guest, `service ${name} stopped`);
  }
}

async function gatesOnReadiness(guest: SuiteGuest): Promise<void> {
  // It asks at once and only once: had it come too early, it would have failed.
  assert.equal(spell(await line(guest, 'service dependent exited')), 'service dependent exited 0');
  const opened = await line(guest, 'service slow-starter ready');
  const begun = await line(guest, 'service dependent started 1');
  assert.ok(begun.uptimeSeconds >= opened.uptimeSeconds, `started at ${begun.uptimeSeconds}, ready at ${opened.uptimeSeconds}`);
  const first = await line(guest, 'service slow-starter started 1');
  assert.ok(opened.uptimeSeconds - first.uptimeSeconds >= 2.5, 'the slow starter is ready before its port is open');
  assert.ok(lines(guest, 'service dependent waiting slow-starter').length > 0);
}

async function probes(guest: SuiteGuest): Promise<void> {
  for (const name of ['asked', 'redis', 'island', 'dhcp']) await line(guest, `service ${name} ready`);
  // The page of a container with a network of its own is not to be had from the machine.
  await assert.rejects(inGuest(guest, 'wget -q -T 2 -O - http://127.0.0.1:7002/island'));
}

async function confines(guest: SuiteGuest): Promise<void> {
  const status = await inGuest(guest, 'cat /proc/$(cat /run/moby/redis/pid)/status');
  const value = (key: string): string | undefined => new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(status)?.[1];
  assert.deepEqual(['CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp'].map(value), [
    '0000000000000000',
    '0000000000000000',
    '0000000000000000',
    '1',
    '2',
  ]);
  assert.equal(value('Uid')?.split('\t')[0], '100');
  assert.match(await inGuest(guest, 'grep " / " /proc/$(cat /run/moby/redis/pid)/mounts'), /^overlay \/ overlay ro,/);
  assert.equal(await inGuest(guest, 'cat /sys/fs/cgroup/redis/memory.max'), '128000000');
  assert.equal(await inGuest(guest, 'cat /sys/fs/cgroup/redis/pids.max'), '64');
  assert.equal(await inGuest(guest, 'cat /proc/$(cat /run/moby/redis/pid)/oom_score_adj'), '0');
}

async function writableRoot(guest: SuiteGuest): Promise<void> {
  assert.equal(spell(await line(guest, 'service writer exited')), 'service writer exited 0');
  assert.equal((await guest.agent('log writer')).output.trim(), 'written');
  assert.equal(await inGuest(guest, 'find /c -name note'), '', 'what a container wrote lies in a shared tree');
}

async function memoryLimit(guest: SuiteGuest): Promise<void> {
  assert.equal(spell(await line(guest, 'service hog exited')), 'service hog exited 137 over its memory limit');
  await line(guest, 'service hog stopped');
  for (const name of ['redis', 'asked', 'slow-starter', 'island', 'dhcp'])
    assert.deepEqual(lines(guest, `service ${name} exited`).map(spell), []);
  assert.match(await ping(guest), /^\+PONG/);
}

async function backsOff(guest: SuiteGuest): Promise<void> {
  await line(guest, 'service flapper started 4');
  const pauses = lines(guest, 'service flapper backoff').map(({ detail }) => Number(detail));
  assert.deepEqual(
    pauses.slice(0, 3),
    pauses.slice(0, 3).sort((a, b) => a - b),
  );
  assert.ok((pauses[2] ?? 0) > (pauses[0] ?? 0), `pauses: ${pauses.join(', ')}`);
  const starts = lines(guest, 'service flapper started').map(({ uptimeSeconds }) => uptimeSeconds);
  // How long a start takes depends on what else the machine does; no pause is shorter than it was said to be.
  for (const [index, pause] of pauses.slice(0, 3).entries()) {
    assert.ok((starts[index + 1] ?? 0) - (starts[index] ?? 0) >= pause, `started at ${starts.join(', ')}, pauses ${pauses.join(', ')}`);
  }
  assert.equal(spell(await line(guest, 'service flapper exited')), 'service flapper exited 3');
}

async function restarts(guest: SuiteGuest): Promise<void> {
  await inGuest(guest, 'kill -9 $(cat /run/moby/redis/pid)');
  await line(guest, 'service redis started 2');
  assert.deepEqual(lines(guest, 'service redis exited').map(spell), ['service redis exited 137']);
  const deadline = Date.now() + 30_000;
  let answer = '';
  while (!answer.startsWith('+PONG') && Date.now() < deadline) answer = await ping(guest);
  assert.match(answer, /^\+PONG/);
}

async function supervisesAgain(guest: SuiteGuest): Promise<void> {
  const before = await inGuest(guest, 'cat /run/moby/asked/pid');
  // What a supervisor has forked is called as it is, but has another parent.
  await inGuest(
    guest,
    'for p in /proc/[0-9]*; do grep -q "^PPid:.1$" $p/status && tr "\\0" " " <$p/cmdline | grep -q "moby/supervise asked" && ' +
      'kill -9 ${p#/proc/} && exit 0; done; exit 1',
  );
  await line(guest, 'service asked started 2');
  await inGuest(guest, 'n=0; until [ "$(cat /run/moby/asked/state)" = ready ] || [ $n -ge 200 ]; do n=$((n + 1)); sleep 0.1; done');
  assert.equal(lines(guest, 'service asked ready').length, 2);
  await assert.rejects(inGuest(guest, `kill -0 ${before}`), 'the container that the supervisor had lost goes on');
  assert.equal(lines(guest, 'init ready').length, 1);
}

async function boundsLogs(guest: SuiteGuest): Promise<void> {
  await line(guest, 'service chatty ready', 150_000);
  assert.match(await inGuest(guest, 'tail -n 1 /run/log/chatty'), /^the last line$/);
  const kilobytes = Number(await inGuest(guest, 'cat /run/log/chatty* | wc -c')) / 1024;
  assert.ok(kilobytes > 512 && kilobytes < 3900, `${kilobytes} KiB of log are kept`);
  assert.equal(lines(guest, 'service chatty exited').length, 0);
  assert.equal(lines(guest, 'service chatty started').length, 1);
}

async function renews(guest: SuiteGuest): Promise<void> {
  const address = 'ip -4 addr show dev eth0 | grep "inet "';
  const before = await inGuest(guest, address);
  // SIGUSR1 is udhcpc's word for a renewal before its time.
  await inGuest(
    guest,
    'kill -USR1 $(cat /run/moby/dhcp/pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ^renew /run/log/dhcp && exit 0; sleep 1; done; exit 1',
  );
  assert.equal(await inGuest(guest, address), before);
  assert.match(await inGuest(guest, 'cat /run/resolv/resolv.conf'), /^nameserver /m);
  // A container sees what the machine was told.
  assert.match(await inGuest(guest, 'cat /proc/$(cat /run/moby/redis/pid)/root/etc/resolv/resolv.conf'), /^nameserver /m);
}

async function endsCleanly(guest: SuiteGuest): Promise<void> {
  const exit = await guest.powerOff(60_000);
  assert.equal(exit.verdict, 'down', `${exit.reason}\n${guest.consoleTail(40).join('\n')}`);
  const seen = guest.stateLines().map(spell);
  const order = ['init stopping', 'service redis exited 0', 'onshutdown farewell done', 'init down'].map((text) => seen.lastIndexOf(text));
  assert.ok(!order.includes(-1), seen.slice(-12).join('\n'));
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
    seen.slice(-12).join('\n'),
  );
}

/** What redis answers on the forwarded port; empty where it does not. QEMU accepts a connection though nobody listens. */
function ping(guest: SuiteGuest): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(guest.port(6379), '127.0.0.1', () => socket.write('PING\r\n'));
    const finish = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, finish);
    socket.on('error', finish).on('close', finish);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      finish();
    });
  });
}
