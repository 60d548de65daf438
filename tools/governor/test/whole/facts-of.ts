import { readReviewFacts, type ReviewFacts } from '@moby/governor/review';
import type { PullRequestFile } from './pull-request-file.ts';
import { withDigests } from './template.ts';
import { personOf, type World } from './world.ts';

/** The commits that approvals are about. */
export interface Reviews {
  readonly head: string;
  readonly before: string;
  /** The tip of what is merged into. */
  readonly target: string;
}

/** What the forge says of a pull request. */
export async function factsOf(request: PullRequestFile, world: World, { head, before, target }: Reviews): Promise<ReviewFacts> {
  const { by = 'ann', pushedBy = by, approvedBy = [], approvedBefore = [], facts = {} } = request;
  const person = (login: string): Readonly<Record<string, unknown>> => {
    const { id, organisation } = personOf(world, login);
    return { id, login, ...(organisation === undefined ? {} : { organisation }) };
  };
  const approved = (logins: readonly string[], commit: string): readonly unknown[] =>
    logins.map((login) => ({ ...person(login), state: 'approved', commit }));
  const said: Readonly<Record<string, unknown>> = {
    form: 1,
    head,
    target,
    author: { ...person(by), mergedChanges: 12 },
    pusher: person(pushedBy),
    reviews: [...approved(approvedBefore, before), ...approved(approvedBy, head)],
  };
  const text = withDigests(JSON.stringify(merged(merged(world.forge, said), facts)));
  const read = await readReviewFacts(text, 'facts.json');
  if (!read.ok) throw new Error(`these are no facts: ${read.findings.map(({ message }) => message).join('; ')}`);
  return read.value;
}

/** Members of the second over those of the first, mappings member by member. */
function merged(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const both: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const old = one[key];
    both[key] = isMapping(old) && isMapping(value) ? merged(old, value) : value;
  }
  return both;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
