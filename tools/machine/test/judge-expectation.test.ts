import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import type { Expectation, SeenExpectation } from '@moby/model';
import {
  expectationTitle,
  type ExpectationSubject,
  type ExpectationVerdict,
  judgeExpectation,
  type MachineEvent,
  systemClock,
} from '@moby/machine';
import { describe, expect, onTestFinished, test } from 'vitest';

async function serve(answer: (socket: Socket, count: number) => void): Promise<number> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    answer(socket, (count += 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function subjectAt(port: number, events: readonly MachineEvent[] = []): ExpectationSubject {
  const startedMs = systemClock.now();
  return {
    port: () => port,
    now: () => systemClock.now() - startedMs,
    watch: (listener) => {
      for (const event of events) listener(event);
      return () => undefined;
    },
  };
}

function judge(expectation: SeenExpectation, port: number): Promise<ExpectationVerdict> {
  return judgeExpectation(expectation, subjectAt(port), new AbortController().signal);
}

/** Two tries, and then its time is over by the clock that it is given: each look at the clock is one of two a try. */
function judgeTwice(expectation: SeenExpectation, port: number): Promise<ExpectationVerdict> {
  let looks = 0;
  const now = (): number => ((looks += 1) < 4 ? 0 : expectation.withinMs);
  return judgeExpectation(expectation, { ...subjectAt(port), now }, new AbortController().signal);
}

const ping = { kind: 'tcp', port: 6379, send: 'PING\r\n', receive: '+PONG', withinMs: 20_000 } as const;

describe('an expectation over tcp', () => {
  test('is met by an answer that begins as it should, whatever follows', async () => {
    const port = await serve((socket) =>
      socket.on('data', (data) => {
        if (String(data) === 'PING\r\n') socket.write('+PONG\r\nand more');
      }),
    );
    expect(await judge(ping, port)).toEqual({ ok: true });
  });

  test('is met by an answer in single bytes', async () => {
    const port = await serve(
      (socket) =>
        void socket.once('data', () => {
          for (const [index, byte] of '+PONG'.split('').entries()) setTimeout(() => socket.write(byte), index * 5);
        }),
    );
    expect(await judge(ping, port)).toEqual({ ok: true });
  });

  test('is met where connections are accepted long before anybody answers', async () => {
    const port = await serve((socket, count) =>
      socket.on('data', () => {
        if (count >= 3) socket.write('+PONG');
      }),
    );
    expect(await judge(ping, port)).toEqual({ ok: true });
  });

  test('is met by an answer that takes longer than the first try lasts', async () => {
    const port = await serve((socket) => void socket.once('data', () => void setTimeout(() => socket.write('+PONG'), 800)));
    expect(await judge(ping, port)).toEqual({ ok: true });
  });

  test('is met after answers that were wrong at first', async () => {
    const port = await serve((socket, count) => socket.on('data', () => socket.end(count < 3 ? '-LOADING wait' : '+PONG')));
    expect(await judge(ping, port)).toEqual({ ok: true });
  });

  test('is met by bytes beyond ASCII, and without a request', async () => {
    const port = await serve((socket) => socket.write(Buffer.from([0x00, 0xff, 0x80])));
    expect(await judge({ kind: 'tcp', port: 1, receive: '\u0000\u00ff', withinMs: 20_000 }, port)).toEqual({ ok: true });
  });

  test('fails by a wrong answer, which is told', async () => {
    const port = await serve((socket) => socket.on('data', () => socket.write('-ERR "no"\r\n\u0000')));
    expect(await judgeTwice(ping, port)).toEqual({
      ok: false,
      problem: 'within 20 s: it answered "-ERR \\"no\\"\\r\\n\\x00" instead of "+PONG"',
    });
  });

  test('fails by an answer that stops half-way', async () => {
    const port = await serve((socket) => socket.on('data', () => socket.end('+PO')));
    expect(await judgeTwice(ping, port)).toEqual({ ok: false, problem: 'within 20 s: it answered "+PO" instead of "+PONG"' });
  });

  test('fails where the beginning is right in another place', async () => {
    const port = await serve((socket) => socket.on('data', () => socket.write(' +PONG')));
    expect(await judgeTwice(ping, port)).toMatchObject({ ok: false });
  });

  test('fails where a connection is accepted and nothing is said', async () => {
    const port = await serve(() => undefined);
    expect(await judgeTwice(ping, port)).toEqual({ ok: false, problem: 'within 20 s: it accepted a connection and said nothing' });
  });

  test('fails where the connection is closed', async () => {
    const port = await serve((socket) => socket.end());
    expect(await judgeTwice(ping, port)).toEqual({ ok: false, problem: 'within 20 s: it closed the connection without a byte' });
  });

  test('fails where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close();
    await once(server, 'close');
    expect(await judgeTwice(ping, port)).toEqual({ ok: false, problem: 'within 20 s: the connection failed: ECONNREFUSED' });
  });

  test('ends early where it is interrupted', async () => {
    const port = await serve(() => undefined);
    const verdict = await judgeExpectation({ ...ping, withinMs: 3_600_000 }, subjectAt(port), AbortSignal.timeout(100));
    expect(verdict.ok).toBe(false);
  });

  test('shows a flood of wrong bytes cut', async () => {
    const port = await serve((socket) => socket.write('x'.repeat(200_000)));
    expect(await judgeTwice(ping, port)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^within 20 s: it answered "x{120}" … \(\d+ bytes\) instead of "\+PONG"$/),
    });
  });
});

describe('an expectation over http', () => {
  async function serveHttp(): Promise<number> {
    let count = 0;
    const server = createHttpServer((request, response) => {
      count += 1;
      if (request.url === '/late' && count < 3) return void request.socket.destroy();
      response.statusCode = request.url === '/missing' ? 404 : 200;
      response.write('Welcome to ');
      return void setTimeout(() => response.end('nginx!'), 20);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
  const get = { kind: 'http', port: 80, path: '/', status: 200, withinMs: 20_000 } as const;

  test('is met by status and a body that contains the text', async () => {
    expect(await judge({ ...get, body: 'to nginx' }, await serveHttp())).toEqual({ ok: true });
  });

  test('is met later', async () => {
    expect(await judge({ ...get, path: '/late' }, await serveHttp())).toEqual({ ok: true });
  });

  test('is met by a status other than 200 that is asked for', async () => {
    expect(await judge({ ...get, path: '/missing', status: 404 }, await serveHttp())).toEqual({ ok: true });
  });

  test('fails by another status', async () => {
    expect(await judgeTwice({ ...get, path: '/missing' }, await serveHttp())).toEqual({
      ok: false,
      problem: 'within 20 s: it answered with status 404 instead of 200',
    });
  });

  test('fails by another body', async () => {
    expect(await judgeTwice({ ...get, body: 'apache' }, await serveHttp())).toEqual({
      ok: false,
      problem: 'within 20 s: its body is "Welcome to nginx!", without "apache"',
    });
  });

  test('fails by another protocol', async () => {
    const port = await serve((socket) => socket.end('+PONG\r\n\r\n'));
    expect(await judgeTwice(get, port)).toEqual({ ok: false, problem: 'within 20 s: it does not answer in HTTP' });
  });

  test('fails by silence', async () => {
    const port = await serve(() => undefined);
    expect(await judgeTwice(get, port)).toEqual({ ok: false, problem: 'within 20 s: it gave no answer' });
  });
});

describe('an expectation of the console', () => {
  const events: readonly MachineEvent[] = [
    { kind: 'console', text: 'Ready to', atMs: 1 },
    { kind: 'console', text: 'accept connections', atMs: 2 },
  ];
  const says = (contains: string): Promise<ExpectationVerdict> =>
    judgeExpectation({ kind: 'console', contains, withinMs: 300 }, subjectAt(0, events), new AbortController().signal);

  test('is met by text in a line, also of the past, and across lines', async () => {
    expect(await says('accept')).toEqual({ ok: true });
    expect(await says('to\naccept')).toEqual({ ok: true });
  });

  test('fails where it is not said', async () => {
    expect(await says('refuse')).toEqual({ ok: false, problem: 'within 0.3 s the console did not say it' });
  });
});

describe('the title of an expectation', () => {
  test.each<[string, Expectation]>([
    ['tcp 6379: PING is answered by +PONG', ping],
    ['tcp 22: SSH-2.0- is said', { kind: 'tcp', port: 22, receive: 'SSH-2.0-', withinMs: 1 }],
    ['tcp 1: "\\x00" is answered by "a\\nb"', { kind: 'tcp', port: 1, send: '\u0000', receive: 'a\nb', withinMs: 1 }],
    ['http 80: GET /x is answered by 200', { kind: 'http', port: 80, path: '/x', status: 200, withinMs: 1 }],
    ['http 80: GET /x is answered by 200 and hello', { kind: 'http', port: 80, path: '/x', status: 200, body: 'hello', withinMs: 1 }],
    ['console: done is said', { kind: 'console', contains: 'done', withinMs: 1 }],
  ])('%s', (title, expectation) => {
    expect(expectationTitle(expectation)).toBe(title);
  });
});
