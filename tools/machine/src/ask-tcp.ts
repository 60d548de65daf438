import { connect } from 'node:net';
import { quoteBytes } from './quote-bytes.ts';
import type { Attempt } from './retry.ts';

export interface TcpQuestion {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Bytes as text (latin1); nothing is sent where it is missing. */
  readonly send: string | undefined;
  /** How the answer begins, exactly; bytes as text (latin1). What follows is not read. */
  readonly receive: string;
  readonly limitMs: number;
}

/** How much of a wrong answer is read, so that it can be shown whole. */
const maxWrongAnswerBytes = 4096;
/** After a wrong byte, for the rest of the answer. */
const restOfAnswerMs = 50;

/**
 * Connects, sends, and reads until the answer has begun as it should, or can't any more, or the limit. The answer may
 * come in any pieces. A connection alone says nothing.
 */
export function askTcp(question: TcpQuestion): Promise<Attempt> {
  const wanted = Buffer.from(question.receive, 'latin1');
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let connected = false;
    let rest: NodeJS.Timeout | undefined;
    const socket = connect({ host: '127.0.0.1', port: question.port });
    const finish = (attempt: Attempt): void => {
      clearTimeout(timer);
      clearTimeout(rest);
      socket.destroy();
      resolve(attempt);
    };
    const short = (why: string): void =>
      finish(
        received.length === 0
          ? { kind: 'nothing', seen: why }
          : { kind: 'differs', seen: `it answered ${quoteBytes(received)} instead of ${quoteBytes(wanted)}` },
      );
    const timer = setTimeout(
      () => short(connected ? 'it accepted a connection and said nothing' : 'it did not accept a connection'),
      question.limitMs,
    );
    socket.on('error', (cause: NodeJS.ErrnoException) => short(`the connection failed: ${cause.code ?? cause.message}`));
    socket.on('end', () => short('it closed the connection without a byte'));
    socket.on('connect', () => {
      connected = true;
      if (question.send !== undefined) socket.write(Buffer.from(question.send, 'latin1'));
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const judged = Math.min(received.length, wanted.length);
      const fits = received.subarray(0, judged).equals(wanted.subarray(0, judged));
      if (fits && judged === wanted.length) finish({ kind: 'fits' });
      else if (received.length > maxWrongAnswerBytes && !fits) short('');
      else if (!fits) rest ??= setTimeout(() => short(''), restOfAnswerMs);
    });
  });
}
