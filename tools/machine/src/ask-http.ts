import { request } from 'node:http';
import { quoteBytes } from './quote-bytes.ts';
import type { Attempt } from './retry.ts';

export interface HttpQuestion {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly path: string;
  readonly status: number;
  /** What the body contains; bytes as text (latin1). */
  readonly body: string | undefined;
  readonly limitMs: number;
}

export const maxHttpBodyBytes: number = 1024 * 1024;

/** One GET, over HTTP/1.1, without following redirects. */
export function askHttp(question: HttpQuestion): Promise<Attempt> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port: question.port, path: question.path, agent: false, headers: { connection: 'close' } });
    const finish = (attempt: Attempt): void => {
      clearTimeout(timer);
      asked.destroy();
      resolve(attempt);
    };
    const timer = setTimeout(() => finish({ kind: 'nothing', seen: 'it gave no answer' }), question.limitMs);
    asked.on('error', (cause: NodeJS.ErrnoException) => {
      // What answers in another protocol has answered.
      const garbled = cause.code?.startsWith('HPE_') === true;
      finish({
        kind: garbled ? 'differs' : 'nothing',
        seen: garbled ? 'it does not answer in HTTP' : `the request failed: ${cause.code ?? cause.message}`,
      });
    });
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const judge = (): void => finish(judgeAnswer(question, response.statusCode ?? 0, Buffer.concat(chunks)));
      if (response.statusCode !== question.status) return judge();
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maxHttpBodyBytes) judge();
      });
      response.on('end', judge);
      response.on('error', judge);
      return undefined;
    });
    asked.end();
  });
}

function judgeAnswer(question: HttpQuestion, status: number, body: Buffer): Attempt {
  if (status !== question.status) return { kind: 'differs', seen: `it answered with status ${status} instead of ${question.status}` };
  if (question.body === undefined || body.includes(Buffer.from(question.body, 'latin1'))) return { kind: 'fits' };
  return { kind: 'differs', seen: `its body is ${quoteBytes(body)}, without ${quoteBytes(Buffer.from(question.body, 'latin1'))}` };
}
