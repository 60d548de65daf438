import type { DoorDecision, PublishedVersion, Question, Release } from '@moby/governor';

/** What the judge's process is asked: a question of the rules, with archives in place of what is read of them. */
export interface JudgeWork {
  readonly rules: RuleSet;
  readonly tarball: Uint8Array;
  /** As it was sent. */
  readonly npmVersion: string;
  readonly release: Pick<Release, 'line' | 'announced'>;
  readonly question: Omit<Question, 'release' | 'published' | 'signature'>;
  /** What was ever published under the name. */
  readonly published: readonly PublishedVersion[];
  /** The one of them that the release is compared with; missing for the first, and where its bytes are gone. */
  readonly baseline?: { readonly npmVersion: string; readonly tarball: Uint8Array };
  readonly statement?: ComingStatement | undefined;
}

/** The publisher's statement, as far as it is known without the archive. */
export interface ComingStatement {
  readonly keyid: string;
  /** What it says; missing where the signature isn't that of an owner's key, and `why` says so. */
  readonly said?: unknown;
  readonly why?: string | undefined;
}

/** `promotion`: what the payload is has to be known by then. `restored`: these very bytes were judged and published once. */
export type RuleSet = 'all' | 'promotion' | 'restored';

export interface JudgeAnswer {
  readonly decision: DoorDecision;
  /** The payloads are what their sources give. */
  readonly isProven: boolean;
}
