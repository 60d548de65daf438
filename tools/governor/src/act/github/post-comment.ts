import { commentTag } from '../../formats/review-markdown.ts';
import { needed, numberAt, textAt } from './answers.ts';
import { isUser, type ForgeUser } from './own-user.ts';
import { sameText } from './post-check.ts';
import { repositoryPath, type PullRequestName } from './pull-request-name.ts';
import type { Step } from './settle.ts';

/** Our comment on a pull request. */
export interface OwnComment {
  readonly id: number;
  readonly body: string;
}

export function commentsPath(name: PullRequestName): string {
  return repositoryPath(name, `/issues/${name.number}/comments`);
}

/** The first comment that has the tag and is our own: anybody can write the tag. */
export function ownComment(elements: readonly unknown[], user: ForgeUser): OwnComment | undefined {
  for (const element of elements) {
    const body = textAt(element, 'body') ?? '';
    if (body.trimStart().startsWith(commentTag) && isUser(element, user))
      return { id: needed(numberAt(element, 'id'), 'number of a comment'), body };
  }
  return undefined;
}

export function nextCommentStep(
  name: PullRequestName,
  body: string,
  comment: OwnComment | undefined,
): Step<OwnComment | undefined> | undefined {
  if (comment !== undefined && sameText(comment.body, body)) return undefined;
  const after = (answer: unknown): OwnComment => ({ id: needed(numberAt(answer, 'id'), 'number of a comment'), body });
  if (comment === undefined) return { request: { method: 'POST', path: commentsPath(name), body: { body } }, after };
  return { request: { method: 'PATCH', path: repositoryPath(name, `/issues/comments/${comment.id}`), body: { body } }, after };
}
