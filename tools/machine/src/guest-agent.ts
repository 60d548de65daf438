import type { Socket } from 'node:net';
import { Failure } from '@moby/model';

/** A shell in the guest over a virtio-serial port: for tests of guests that were made for tests. */
export interface GuestAgent {
  /**
   * One request line; the answer is what comes before the line `.rc N`. Requests wait for the agent's `READY` and for
   * each other. Throws `guest-failed` where the guest goes away or does not answer in time, `limit` where it says too much.
   */
  ask(request: string, limitMs?: number): Promise<AgentAnswer>;
}

export interface AgentAnswer {
  readonly output: string;
  readonly code: number;
}

export const maxAgentAnswerBytes: number = 4 * 1024 * 1024;
const defaultAnswerLimitMs = 60_000;

export function speakAgent(socket: Socket): GuestAgent {
  let received = '';
  let ready = false;
  let gone = false;
  let wake: () => void = () => undefined;
  let turn: Promise<unknown> = Promise.resolve();
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    received += text;
    const start = ready ? -1 : received.indexOf('READY\n');
    if (start >= 0) {
      ready = true;
      received = received.slice(start + 'READY\n'.length);
    }
    wake();
  });
  socket.once('close', () => {
    gone = true;
    wake();
  });

  const until = async <Value>(limitMs: number, look: () => Value | undefined): Promise<Value> => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      wake();
    }, limitMs);
    try {
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        if (gone) throw new Failure({ code: 'guest-failed', message: 'the guest went away while its agent was asked' });
        if (late) throw new Failure({ code: 'guest-failed', message: `the guest's agent did not answer within ${limitMs / 1000} s` });
        if (received.length > maxAgentAnswerBytes)
          throw new Failure({ code: 'limit', message: `the guest's agent said more than ${maxAgentAnswerBytes} bytes` });
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  };
  const askNow = async (request: string, limitMs: number): Promise<AgentAnswer> => {
    await until(limitMs, () => (ready ? true : undefined));
    received = '';
    socket.write(`${request.replaceAll('\n', ' ')}\n`);
    return until(limitMs, () => {
      const match = /^\.rc (\d{1,3})\n/m.exec(received);
      return match === null ? undefined : { output: received.slice(0, match.index), code: Number(match[1]) };
    });
  };
  return {
    ask: (request, limitMs = defaultAnswerLimitMs) => {
      const answer = turn.then(() => askNow(request, limitMs));
      turn = answer.catch(() => undefined);
      return answer;
    },
  };
}
