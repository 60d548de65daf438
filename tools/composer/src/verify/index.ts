export { verifyArtifact } from './verify-artifact.ts';
export type { VerifiedLock } from './verify-lock.ts';
export type { Verified } from './verified.ts';
