import type { Diagnostic } from './diagnostic.ts';

/**
 * An operation that cannot go on. Findings about the input are values (see `Diagnostic`), never thrown.
 * The exit codes follow BSD sysexits from 64 up.
 */
export type FailureCode =
  | 'usage'
  | 'not-found'
  | 'invalid-input'
  | 'no-mirror'
  | 'network'
  | 'denied'
  | 'refused'
  | 'source-vanished'
  | 'source-corrupt'
  | 'wrong-digest'
  | 'wrong-facts'
  | 'bad-archive'
  | 'bad-signature'
  | 'bad-index'
  | 'lock-stale'
  | 'offline'
  | 'no-space'
  | 'io'
  | 'store-corrupt'
  | 'unreadable-repository'
  | 'qemu-missing'
  | 'port-in-use'
  | 'storage-in-use'
  | 'gate-open'
  | 'guest-silent'
  | 'guest-failed'
  | 'interrupted'
  | 'limit';

const exitCodes: Readonly<Record<FailureCode, number>> = {
  usage: 2,
  'not-found': 1,
  'invalid-input': 1,
  'no-mirror': 69,
  network: 69,
  denied: 69,
  refused: 1,
  'source-vanished': 69,
  'source-corrupt': 74,
  'wrong-digest': 74,
  'wrong-facts': 74,
  'bad-archive': 74,
  'bad-signature': 74,
  'bad-index': 74,
  'lock-stale': 1,
  offline: 69,
  'no-space': 74,
  io: 74,
  'store-corrupt': 74,
  'unreadable-repository': 74,
  'qemu-missing': 69,
  'port-in-use': 69,
  'storage-in-use': 69,
  'gate-open': 69,
  'guest-silent': 1,
  'guest-failed': 1,
  interrupted: 130,
  limit: 1,
};

export interface FailureOptions {
  readonly code: FailureCode;
  /** What happened, and why: a lowercase phrase without a full stop; names in backticks. */
  readonly message: string;
  /** What to do: each a phrase or a command to type. */
  readonly hints?: readonly string[];
  /** Findings with their places, where the operation stopped because of them. */
  readonly findings?: readonly Diagnostic[];
  readonly cause?: unknown;
}

export class Failure extends Error {
  readonly code: FailureCode;
  readonly hints: readonly string[];
  readonly findings: readonly Diagnostic[];

  constructor(options: FailureOptions) {
    super(withoutCredentials(options.message), options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'Failure';
    this.code = options.code;
    this.hints = (options.hints ?? []).map(withoutCredentials);
    this.findings = options.findings ?? [];
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** Cuts `user:password@` out of addresses, so that no message carries a secret. */
function withoutCredentials(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]{1,500}@/gi, '$1');
}
