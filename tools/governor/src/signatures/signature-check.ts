/** What a commit's signature is worth under the signers of the base. Whatever isn't `good` counts for nothing. */
export type SignatureCheck =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'good';
      readonly key: string;
      /** The committer's address, which the key is allowed for. */
      readonly signer: string;
    }
  | RefusedSignature
  /** `unknown-key`: nobody has allowed the key; `other-signer`: it is allowed for others, or for something else; `outdated`: not for this time. */
  | { readonly kind: 'unknown-key' | 'other-signer' | 'outdated'; readonly key: string; readonly why: string };

/** `unreadable`: its form is broken; `unsupported`: of a kind that nobody verifies here; `bad`: not the key's, or not about this commit. */
export interface RefusedSignature {
  readonly kind: 'unreadable' | 'unsupported' | 'bad';
  /** A phrase. */
  readonly why: string;
}
