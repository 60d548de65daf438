import { Failure } from '@moby/model';

/** Undefined where the token may not see it, or the server hasn't got it. */
export async function maySee<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && ['denied', 'not-found', 'refused'].includes(error.code)) return undefined;
    throw error;
  }
}
