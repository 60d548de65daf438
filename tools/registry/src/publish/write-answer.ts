import { printable, type HttpResponse } from '@moby/content';
import { Failure } from '@moby/model';
import { isRecord } from '../npm/packument.ts';

/** What a registry answers to a write. */
export interface WriteAnswer {
  readonly status: number;
  /** Empty where it is no object of JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How long the registry wants to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/** A registry has understood a write and doesn't do it. */
export class Refused extends Failure {
  readonly answer: WriteAnswer;

  constructor(answer: WriteAnswer, failure: Failure) {
    const { code, message, hints } = failure;
    super({ code, message, hints });
    this.answer = answer;
  }
}

const maxLines = 100;
const maxLineLength = 2000;
/** The gate's own code for what its rules have found: each rule has a line of its own behind it. */
const byRules = 'MOBY-D424';

export function answerOf(response: HttpResponse, bytes: Uint8Array): WriteAnswer {
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  return {
    status: response.status,
    body: parsed(bytes),
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? 1000 * seconds : undefined,
  };
}

function parsed(bytes: Uint8Array): WriteAnswer['body'] {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** The registry's own words, made harmless for a terminal: one line for each rule. */
export function wordsOf({ body }: WriteAnswer): readonly string[] {
  const { error, code } = body;
  if (typeof error !== 'string') return [];
  const text = code === byRules ? error.replace(/^MOBY-D424 [^\n]*\n/, '') : error;
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  return lines.slice(0, maxLines).map((line) => printable(line.slice(0, maxLineLength)));
}

/** The failure that an answer is which is none of those that were hoped for. */
export function refusalOf(answer: WriteAnswer, { what, label }: { readonly what: string; readonly label: string }): Failure {
  const { status } = answer;
  const words = wordsOf(answer);
  const said = words.length === 0 ? [`it answers ${status}`] : words;
  if (status >= 300 && status < 400)
    return new Failure({
      code: 'network',
      message: `the registry ${label} sends elsewhere for ${what}, and nothing is sent to where an answer leads`,
      hints: ['name the address that it sends to'],
    });
  if (status === 401 || status === 403)
    return new Failure({
      code: 'denied',
      message: [`the registry ${label} denies ${what}`, ...said].join('\n'),
      hints: status === 401 ? [`log in: moby-compose component login --registry ${label}`] : [],
    });
  if (status >= 500 || status === 429)
    return new Failure({
      code: 'network',
      message: [`the registry ${label} can't take ${what}`, ...said].join('\n'),
      hints: ['nothing was changed: try again, or ask who runs it'],
    });
  return new Failure({ code: 'refused', message: [`the registry ${label} refuses ${what}`, ...said].join('\n') });
}
