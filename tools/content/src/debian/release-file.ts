import { type Diagnostic, Failure } from '@moby/model';

/** What is used of a Release file (Debian repository format, "Release files"). */
export interface ReleaseFile {
  readonly codename: string;
  readonly validUntil: Date | undefined;
  readonly hasByHash: boolean;
  /** Path below the suite's folder → sum and size. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly size: number }>;
}

/** Reads a signed text; `name` is for messages. Throws `bad-index` where it is not the suite's. */
export function parseRelease(text: string, suite: string, name: string): ReleaseFile {
  const fields = new Map<string, string>();
  const files = new Map<string, { readonly sha256: string; readonly size: number }>();
  let key = '';
  for (const line of text.split(/\r?\n/)) {
    const field = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line);
    if (field !== null) {
      key = (field[1] ?? '').toLowerCase();
      fields.set(key, field[2] ?? '');
    } else if (key === 'sha256') {
      const sum = /^ ([0-9a-f]{64}) +([0-9]{1,12}) (\S+)$/.exec(line);
      if (sum !== null) files.set(sum[3] ?? '', { sha256: sum[1] ?? '', size: Number(sum[2]) });
    }
  }
  const codename = fields.get('codename') ?? '';
  if (codename !== suite) {
    throw new Failure({
      code: 'bad-index',
      message: `\`${name}\` is the index of \`${codename}\`, not of \`${suite}\``,
      hints: ['suites are asked for by their code name, as trixie'],
    });
  }
  const until = fields.get('valid-until');
  const validUntil = until === undefined ? undefined : new Date(until);
  return {
    codename,
    validUntil: validUntil === undefined || Number.isNaN(validUntil.getTime()) ? undefined : validUntil,
    hasByHash: fields.get('acquire-by-hash') === 'yes',
    files,
  };
}

/** A warning where the index is past the day up to which its signer stands for it. */
export function expiryFindings(release: ReleaseFile, now: Date): readonly Diagnostic[] {
  if (release.validUntil === undefined || release.validUntil >= now) return [];
  const day = release.validUntil.toISOString().slice(0, 10);
  return [
    {
      severity: 'warning',
      code: 'index-expired',
      message: `the index of \`${release.codename}\` was valid until ${day}: newer versions may exist that this mirror does not have`,
      hints: ['name a mirror that is up to date: --debian-mirror http://HOST/debian'],
    },
  ];
}
