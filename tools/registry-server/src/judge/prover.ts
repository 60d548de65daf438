import type { PayloadProof } from '@moby/governor';

/** A release whose payloads are to be derived from their sources. */
export interface ToProve {
  /** `@moby/redis@8.0.201` */
  readonly name: string;
  readonly tarball: Uint8Array;
}

/** Derives a release's payloads, where the packages are at hand and it can be done within bounds. */
export interface Prover {
  prove(release: ToProve): Promise<PayloadProof>;
  close(): void;
}

/** For a registry that has no packages. */
export const noProver: Prover = {
  prove: () => Promise.resolve({ kind: 'unproven', why: 'this registry has no packages at hand' }),
  close: () => undefined,
};
