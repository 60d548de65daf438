import type { GitHubApi, GitHubWrite } from './github-api.ts';

/** One write towards what is wanted, and what is there once it was carried out. */
export interface Step<State> {
  readonly request: GitHubWrite;
  /** `body` is what was answered. */
  readonly after: (body: unknown) => State;
}

export interface Wish<State extends object | undefined> {
  /** Asks what is there. */
  readonly look: () => Promise<State>;
  /** Undefined where what is there is what is wanted. */
  readonly next: (state: State) => Step<State> | undefined;
  readonly wait: (ms: number) => Promise<void>;
}

const maxSteps = 100;
const maxLooks = 4;
const firstPauseMs = 1000;

/**
 * Writes until what is there is what is wanted. Where nobody knows whether a write was carried out, what is there is looked at again, so that
 * nothing is made twice: not by a cut connection, and not by a second run. Gives the number of writes.
 */
export async function settle<State extends object | undefined>(api: GitHubApi, { look, next, wait }: Wish<State>): Promise<number> {
  let state: State = await look();
  let looks = 1;
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const step = next(state);
    if (step === undefined) return steps;
    const answer = await api.write(step.request);
    if (answer.kind === 'answer') state = step.after(answer.body);
    else {
      if (looks === maxLooks) throw answer.failure;
      await wait(firstPauseMs * 2 ** (looks - 1));
      looks += 1;
      state = await look();
    }
  }
  throw new TypeError(`${maxSteps} writes don't lead to what is wanted`);
}
