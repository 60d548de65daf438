import { Failure, type Digest } from '@moby/model';

/** A blob that was there when the run began. */
export function lostBlob(digest: Digest): Failure {
  return new Failure({
    code: 'store-corrupt',
    message: `the store has lost ${digest} while it was used`,
    hints: ['run the same command again'],
  });
}
