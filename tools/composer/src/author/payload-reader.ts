import type { Digest, KernelSymbols, Platform, PlatformFacts, PlatformPayload, PlatformSymbols } from '@moby/model';

/** What a payload's bytes say, once it has been derived from its sources. */
export interface DerivedPayload {
  /** sha256 and size in bytes of the tar in normal form. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly facts: PlatformFacts;
  /** The dynamic symbols of its ELF files. */
  readonly symbols: PlatformSymbols;
  /** What a kernel exports, where a source for facts only has it. */
  readonly kernelSymbols?: KernelSymbols;
}

export interface DeriveRequest {
  /** `name/line`, for messages. */
  readonly component: string;
  /** Where the component's `files/` lie. */
  readonly folder: string;
  readonly platform: Platform;
  /** Its digest counts for nothing: what the sources give is the answer. */
  readonly payload: PlatformPayload;
}

/** Fetches the pinned sources, derives the payload and reads its facts. Throws `Failure` (network, wrong-digest, bad-archive, limit, source-vanished). */
export interface PayloadReader {
  derive(request: DeriveRequest): Promise<DerivedPayload>;
}
