/** A process that does what it is told to: for tests of `openProcess`. */
import { answerQuestions, tellServer } from '../src/process/answer-questions.ts';

let greeted = 0;

answerQuestions<{ readonly deed: string }, { readonly news: string }>({
  answer: async ({ deed }) => {
    switch (deed) {
      case 'count':
        return { greeted, pid: process.pid };
      case 'throw':
        throw new Error('it can’t be done');
      case 'exit':
        return process.exit(7);
      case 'grow': {
        const held: unknown[] = [];
        for (;;) held.push({ held: [...held] });
      }
      default:
        return new Promise(() => undefined);
    }
  },
  onNews: ({ news }) => {
    greeted += 1;
    tellServer({ heard: news });
  },
});
