import type { Expectation, SeenExpectation } from '@moby/model';
import { askHttp } from './ask-http.ts';
import { askTcp } from './ask-tcp.ts';
import type { Clock } from './clock.ts';
import { maxConsoleLineLength } from './console.ts';
import type { Machine } from './machine.ts';
import { quoteBytes } from './quote-bytes.ts';
import { type Attempt, retryUntil } from './retry.ts';

export type ExpectationVerdict = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/** What of a machine an expectation looks at. */
export interface ExpectationSubject extends Clock, Pick<Machine, 'port' | 'watch'> {}

/**
 * Judges one expectation by what is seen from outside. `withinMs` counts from the zero of the subject's clock, which is
 * the machine's start; the signal ends it early.
 */
export async function judgeExpectation(
  expectation: SeenExpectation,
  subject: ExpectationSubject,
  signal: AbortSignal,
): Promise<ExpectationVerdict> {
  const within = `within ${expectation.withinMs / 1000} s`;
  if (expectation.kind === 'console') {
    const said = await consoleSays(expectation.contains, expectation.withinMs, subject, signal);
    return said ? { ok: true } : { ok: false, problem: `${within} the console did not say it` };
  }
  const port = subject.port(expectation.port);
  const attempt = (limitMs: number): Promise<Attempt> =>
    expectation.kind === 'tcp'
      ? askTcp({ port, send: expectation.send, receive: expectation.receive, limitMs })
      : askHttp({ port, path: expectation.path, status: expectation.status, body: expectation.body, limitMs });
  const result = await retryUntil({ attempt, deadlineMs: expectation.withinMs, clock: subject, signal });
  return result.ok ? result : { ok: false, problem: `${within}: ${result.seen}` };
}

/** `tcp 6379: PING is answered by +PONG`. */
export function expectationTitle(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'tcp': {
      const answer = shown(expectation.receive);
      return expectation.send === undefined
        ? `tcp ${expectation.port}: ${answer} is said`
        : `tcp ${expectation.port}: ${shown(expectation.send)} is answered by ${answer}`;
    }
    case 'http': {
      const body = expectation.body === undefined ? '' : ` and ${shown(expectation.body)}`;
      return `http ${expectation.port}: GET ${expectation.path} is answered by ${expectation.status}${body}`;
    }
    case 'console':
      return `console: ${shown(expectation.contains)} is said`;
    case 'script':
      return expectation.script;
    case 'reboot':
      return 'switches off cleanly and is ready again';
  }
}

/** Without line ends, and in quotes only where something has to be escaped. */
function shown(text: string): string {
  const trimmed = text.replace(/(?:\r?\n)+$/, '');
  const quoted = quoteBytes(Buffer.from(trimmed, 'latin1'));
  return trimmed !== '' && quoted === `"${trimmed}"` ? trimmed : quoted;
}

function consoleSays(wanted: string, withinMs: number, subject: ExpectationSubject, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    let stop: () => void = () => undefined;
    const finish = (said: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      queueMicrotask(() => stop());
      resolve(said);
    };
    const abort = (): void => finish(false);
    const timer = setTimeout(abort, Math.max(withinMs - subject.now(), 0));
    signal.addEventListener('abort', abort);
    stop = subject.watch((event) => {
      if (event.kind !== 'console') return;
      text = `${text}${event.text}\n`.slice(-(maxConsoleLineLength + wanted.length + 1));
      if (text.includes(wanted)) finish(true);
    });
  });
}
