import { Failure, type Digest } from '@moby/model';

/** A blob that was there when the run began. */
export function lostBlob(digest: Digest): Failure {
  return new Failure({
    code: 'store-corrupt',
    message: `the store has lost ${digest} while it was used`,
    hints: ['run the same command again'],
  });
}

/** Trouble with a blob, with the part of the artifact or the payload that it is: its path tells nobody which component that is. */
export function withPart(error: unknown, part: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'store-corrupt') return error;
  return new Failure({ code: error.code, message: `${part}: ${error.message}`, hints: error.hints, cause: error });
}
