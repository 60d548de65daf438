export type SecretKind = 'private-key' | 'cloud-key' | 'forge-token' | 'registry-token' | 'service-token';

export interface SecretPattern {
  readonly what: string;
  /** Begins with fixed letters and has an end, so that looking for it takes time in proportion to the text. */
  readonly pattern: RegExp;
}

/** Of each kind what its issuers document as the form of their secrets. */
export const secretPatterns: Readonly<Record<SecretKind, readonly SecretPattern[]>> = {
  'private-key': [
    { what: 'a private key', pattern: /-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----/ },
    { what: 'a private key of PuTTY', pattern: /PuTTY-User-Key-File-[123]: / },
    { what: 'a private key of age', pattern: /AGE-SECRET-KEY-1[0-9A-Z]{58}/ },
  ],
  'cloud-key': [
    { what: 'an access key of AWS', pattern: /(?<![0-9A-Z])A[KS]IA(?![0-9A-Z]{9}EXAMPLE)[2-7A-Z]{16}(?![0-9A-Z])/ },
    { what: 'a storage key of Azure', pattern: /AccountKey=[0-9A-Za-z+/]{86}==/ },
    { what: 'an API key of Google', pattern: /AIza[0-9A-Za-z_-]{35}/ },
  ],
  'forge-token': [
    { what: 'a token of GitHub', pattern: /gh[oprsu]_[0-9A-Za-z]{36}/ },
    { what: 'a personal token of GitHub', pattern: /github_pat_[0-9A-Za-z_]{82}/ },
    { what: 'a token of GitLab', pattern: /glpat-[0-9A-Za-z_-]{20}/ },
  ],
  'registry-token': [
    { what: 'a token of npm', pattern: /npm_[0-9A-Za-z]{36}/ },
    { what: 'a token in a configuration of npm', pattern: /:_auth(?:Token)?=[0-9A-Za-z+/=_.-]{20}/ },
    { what: 'a token of PyPI', pattern: /pypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50}/ },
    { what: "a token of Docker's hub", pattern: /dckr_[op]at_[0-9A-Za-z_-]{27}/ },
  ],
  'service-token': [
    { what: 'a token of Slack', pattern: /xox[abeoprs]-[0-9]{10,13}-[0-9A-Za-z-]{10}/ },
    { what: 'a key of SendGrid', pattern: /SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}/ },
    { what: 'a live key of Stripe', pattern: /[rs]k_live_[0-9A-Za-z]{24}/ },
  ],
};
