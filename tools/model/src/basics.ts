/** What everything needs, for paths where loading all of the model would be most of the time. */
export { formatBytes } from './bytes.ts';
export { hexOf, parseDigest, type Digest } from './digest.ts';
export { Failure } from './failure.ts';
