/**
 * Why the gate refuses, with the status of its answer. Codes are permanent; what is wrong with a component itself is found
 * by rules, which have codes of their own. 428 and 430 were told of statements, which MOBY-X803 judges.
 */
export const refusals = {
  'MOBY-D400': {
    name: 'malformed-address',
    status: 400,
    means: 'The address is not spelled as the registry spells it: what is left after one decoding is not plain.',
  },
  'MOBY-D401': { name: 'login-needed', status: 401, means: 'A write without a token that is still good, or another scheme than Bearer.' },
  'MOBY-D402': {
    name: 'login-failed',
    status: 401,
    means: 'There is no such user with this password. Nobody can register over the network.',
  },
  'MOBY-D403': { name: 'role-may-not', status: 403, means: 'The user’s role does not allow this.' },
  'MOBY-D404': { name: 'not-published', status: 404, means: 'The component or version was never published here.' },
  'MOBY-D405': { name: 'closed-route', status: 405, means: 'Only the writes that the registry knows are let in.' },
  'MOBY-D406': { name: 'never-unpublished', status: 405, means: 'What was published stays; it can be yanked.' },
  'MOBY-D407': { name: 'owners-in-git', status: 405, means: 'Owners are kept in OWNERS.yaml, and change by a pull request.' },
  'MOBY-D408': { name: 'body-stalled', status: 408, means: 'The body stopped coming.' },
  'MOBY-D409': {
    name: 'frozen-version',
    status: 409,
    means: 'The version was published, with these bytes or others; it never changes, also not after it was removed.',
  },
  'MOBY-D410': { name: 'no-stars', status: 405, means: 'Components are not starred.' },
  'MOBY-D411': { name: 'own-tag', status: 403, means: '`latest`, `next` and `line-…` are set by the registry alone.' },
  'MOBY-D412': { name: 'only-deprecation', status: 422, means: 'A change of a published component may only deprecate versions.' },
  'MOBY-D413': { name: 'too-large', status: 413, means: 'The body is larger than the registry takes.' },
  'MOBY-D415': { name: 'not-json', status: 415, means: 'The body is no JSON, or compressed.' },
  'MOBY-D422': { name: 'malformed-body', status: 422, means: 'The body is JSON and not what this request takes.' },
  'MOBY-D423': { name: 'wrong-digest', status: 422, means: 'The tarball’s bytes are not those that the document says.' },
  'MOBY-D424': { name: 'refused-by-rules', status: 422, means: 'The rules found errors; each is in the answer with its code.' },
  'MOBY-D425': { name: 'not-promoted', status: 422, means: 'The version can’t become `latest`.' },
  'MOBY-D426': { name: 'not-an-owner', status: 403, means: 'The component belongs to others.' },
  'MOBY-D427': {
    name: 'owners-unreadable',
    status: 503,
    means: 'The library’s OWNERS.yaml can’t be read, so nobody can be said to own it.',
  },
  'MOBY-D429': { name: 'too-many', status: 429, means: 'Too many writes of one user, logins that failed, or connections of one client.' },
  'MOBY-D431': {
    name: 'wrong-line',
    status: 422,
    means: 'The tag `line-…` of a publish names no line of the component that holds the version.',
  },
  'MOBY-D432': {
    name: 'policy-unreadable',
    status: 503,
    means: 'The library’s docs/governance/policy.yaml can’t be read, so nobody can say what was decided.',
  },
  'MOBY-D433': {
    name: 'not-judged',
    status: 422,
    means: 'Judging the release took more time or memory than there is for one.',
  },
  'MOBY-D500': { name: 'internal-error', status: 500, means: 'A bug; nothing was changed. The log has its stack.' },
  'MOBY-D501': { name: 'no-judge', status: 503, means: 'This server has no rules to judge by, and so publishes nothing.' },
  'MOBY-D503': { name: 'stopping', status: 503, means: 'The server is stopping, or not ready.' },
  'MOBY-D507': { name: 'not-stored', status: 507, means: 'The disk is full, or can’t be used; nothing was changed.' },
  'MOBY-D508': {
    name: 'damaged-package',
    status: 500,
    means: 'What the disk holds of this component is not what was published; nothing was changed.',
  },
} as const;

export type RefusalCode = keyof typeof refusals;

export interface RefusalOptions {
  readonly code: RefusalCode;
  /** What is wrong and what to do, in one line: stock clients print it. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the answer. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Thrown where a request is refused, and answered in one place. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ code, message, headers = {}, details = {} }: RefusalOptions) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.headers = headers;
    this.details = details;
  }

  get status(): number {
    return refusals[this.code].status;
  }

  /** The answer's body; npm prints `error`. */
  get body(): Readonly<Record<string, unknown>> {
    return { error: `${this.code} ${refusals[this.code].name}: ${this.message}`, code: this.code, ...this.details };
  }
}
