import type { ChangeSubject } from './change-subject.ts';
import type { ForgePerson, GivenReview } from './review-facts.ts';

/** Whether the forge has said who wrote it, who pushed it last, and who has looked at it. */
export function knowsPeople({ facts }: Pick<ChangeSubject, 'facts'>): boolean {
  return facts.author !== undefined && facts.pusher !== undefined && facts.reviews !== undefined;
}

/** Who approves of exactly this head and had no hand in it: neither its author nor who pushed it last. Nobody, where that isn't known. */
export function approvalsOf({
  facts,
  head,
}: Pick<ChangeSubject, 'facts'> & { readonly head: { readonly oid: string } }): readonly ForgePerson[] {
  const { author, pusher, reviews = [] } = facts;
  if (author === undefined || pusher === undefined) return [];
  return lastReviews(reviews).filter(
    ({ id, state, commit }) => state === 'approved' && commit === head.oid && id !== author.id && id !== pusher.id,
  );
}

/** The author, where nobody else has pushed: then the head is their word. */
export function ownWord({ facts: { author, pusher } }: Pick<ChangeSubject, 'facts'>): ForgePerson | undefined {
  return author?.id === pusher?.id ? author : undefined;
}

/** What each person has said last; comments say nothing. */
export function lastReviews(reviews: readonly GivenReview[]): readonly GivenReview[] {
  return [...new Map(reviews.filter(({ state }) => state !== 'commented').map((one) => [one.id, one])).values()];
}
