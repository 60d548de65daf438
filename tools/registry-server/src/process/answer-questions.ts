/** What a process of `openProcess` hears. */
export type ProcessOrder =
  | { readonly kind: 'question'; readonly id: number; readonly question: unknown }
  /** Nobody waits for an answer. */
  | { readonly kind: 'news'; readonly news: unknown };

/** What it says. */
export type ProcessWord =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string }
  | { readonly kind: 'news'; readonly news: unknown };

export interface Answering<Question, News> {
  readonly answer: (question: Question) => Promise<unknown>;
  readonly onNews?: (news: News) => void;
}

/** In the process: answers its server's questions until that is gone. Both are this package's own, so their shapes are those that were sent. */
export function answerQuestions<Question, News = never>({ answer, onNews }: Answering<Question, News>): void {
  process.on('message', (order: { kind: 'question'; id: number; question: Question } | { kind: 'news'; news: News }) => {
    if (order.kind === 'news') return onNews?.(order.news);
    const { id } = order;
    answer(order.question).then(
      (value) => say({ kind: 'answer', id, answer: value }),
      (error: unknown) => say({ kind: 'failed', id, error: textOf(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

/** Says something that nobody asked for. */
export function tellServer(news: object): void {
  say({ kind: 'news', news });
}

export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function say(word: ProcessWord): void {
  process.send?.(word);
}
