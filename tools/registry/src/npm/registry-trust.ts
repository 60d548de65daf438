import { Failure, type Diagnostic } from '@moby/model';
import {
  envelopeKeyid,
  readPublicKeys,
  verifyDocument,
  verifyRelease,
  type RegistrySignature,
  type VerifyingKey,
} from '@moby/trust/registry';
import { cataloguePath } from './component-list.ts';
import type { DocumentCache } from './document-cache.ts';
import { isRecord } from './packument.ts';
import type { RegistryClient } from './registry-client.ts';
import type { KnownKeys, TrustedKeys } from './trusted-keys.ts';

/** Where npm's registries serve their public keys. */
export const keysPath = '-/npm/v1/keys';

export interface TrustOptions {
  readonly trusted: TrustedKeys;
  /** New keys that somebody says are good, by their keyids. */
  readonly accepted: readonly string[];
}

/** Who vouches, and since when that is known here. */
export interface Voucher {
  readonly key: VerifyingKey;
  /** The file that has the key. */
  readonly file: string;
  /** It was met just now. */
  readonly isFirst: boolean;
}

export interface ReleaseSignature {
  /** As `@moby/redis`. */
  readonly npmName: string;
  readonly npmVersion: string;
  readonly integrity: string;
  readonly signatures: readonly RegistrySignature[];
  readonly publishedAt: Date | undefined;
}

interface RegistryTrustParts extends TrustOptions {
  readonly client: RegistryClient;
  /** With a slash at its end, and without credentials. */
  readonly url: string;
  readonly cache: DocumentCache;
  readonly warn: (finding: Diagnostic) => void;
}

/**
 * Holds what a registry says against its signatures. Its keys are believed at their first use and remembered; from then on it has to sign, and
 * with keys that are known. What was never signed is left to whoever asks for signatures.
 */
export class RegistryTrust {
  readonly #parts: RegistryTrustParts;
  #served: Promise<readonly VerifyingKey[]> | undefined;

  constructor(parts: RegistryTrustParts) {
    this.#parts = parts;
  }

  /** Undefined for a release without a signature, of a registry that never signed. Throws `bad-signature`. */
  async release({ npmName, npmVersion, integrity, signatures, publishedAt }: ReleaseSignature): Promise<Voucher | undefined> {
    const known = await this.#known();
    if (signatures.length === 0 && known === undefined) return undefined;
    const named = signatures.map(({ keyid }) => keyid);
    return this.#vouched(`${npmName}@${npmVersion}`, named, known, (keys) =>
      verifyRelease(keys, { name: npmName, version: npmVersion, integrity }, signatures, publishedAt),
    );
  }

  /**
   * The catalogue that counts: the one that was answered, or a newer one that was seen before. Undefined where there is none. Throws `bad-signature`
   * where it isn't signed as it should be: nothing of it is used.
   */
  async catalogue(answered: unknown): Promise<unknown> {
    const known = await this.#known();
    const isSigned = isRecord(answered) && answered['signed'] !== undefined;
    if (!isSigned && known === undefined) return answered;
    const what = `the catalogue of the registry ${this.#parts.client.label}`;
    if (!isRecord(answered) || !isSigned)
      throw new Failure({
        code: 'bad-signature',
        message: `${what} is ${isRecord(answered) ? 'not signed' : 'missing'}, and its registry signs: ${keyidsOf(known)}`,
        hints: ['ask whoever runs the registry; something in between may answer in its place'],
      });
    const { signed, ...document } = answered;
    const named = envelopeKeyid(signed);
    await this.#vouched(what, named === undefined ? [] : [named], known, (keys) =>
      verifyDocument(signed, { name: cataloguePath, document, keys, what }),
    );
    return this.#newest(answered, what);
  }

  async #newest(answered: Readonly<Record<string, unknown>>, what: string): Promise<unknown> {
    const { url, cache, warn } = this.#parts;
    const place = `${url}${cataloguePath}#newest`;
    const seen = await this.#seen(place);
    const [has, had] = [sequenceOf(answered), sequenceOf(seen)];
    if (seen === undefined || has >= had) {
      if (has > had) await cache.write(place, { etag: undefined, text: JSON.stringify(answered) });
      return answered;
    }
    warn({
      severity: 'warning',
      code: 'catalogue-older',
      message: `${what} is older than one that was seen before: of ${has} versions in place of ${had}`,
      details: ['the newer one is used'],
      hints: ['ask whoever runs the registry: it was put back from an older copy, or something in between hides what is new'],
    });
    return seen;
  }

  /** What was seen before counts for as long as it is signed by a key that is known. */
  async #seen(place: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const kept = await this.#parts.cache.read(place, () => undefined);
    const value: unknown = kept === undefined ? undefined : JSON.parse(kept.text);
    if (!isRecord(value)) return undefined;
    const { signed, ...document } = value;
    const keys = (await this.#known())?.keys ?? [];
    try {
      verifyDocument(signed, { name: cataloguePath, document, keys, what: '' });
      return value;
    } catch {
      return undefined;
    }
  }

  /** The key of those that count by which `verify` is content; one that is met for the first time is remembered. */
  async #vouched(
    what: string,
    named: readonly string[],
    known: KnownKeys | undefined,
    verify: (keys: readonly VerifyingKey[]) => VerifyingKey,
  ): Promise<Voucher> {
    const served = await this.#servedKeys();
    if (known === undefined) {
      const key = verify(served);
      return { key, file: await this.#remember(served), isFirst: true };
    }
    const { client, accepted } = this.#parts;
    const fresh = served.filter(({ keyid }) => !known.keys.some((one) => one.keyid === keyid));
    const taken = fresh.filter(({ keyid }) => accepted.includes(keyid));
    const isOther = named.length > 0 && !named.some((keyid) => known.keys.some((one) => one.keyid === keyid));
    const other = fresh.find(({ keyid }) => named.includes(keyid) && !accepted.includes(keyid));
    if (isOther && other !== undefined)
      throw new Failure({
        code: 'bad-signature',
        message: `${what} is signed by ${other.keyid}, and the registry ${client.label} had other keys before: ${keyidsOf(known)}`,
        hints: [
          'ask whoever runs the registry whether its key was replaced, and build nothing of it until they have answered',
          `where it is theirs: moby-compose verify NAME@VERSION --registry ${client.label} --trust-key ${other.keyid}`,
          `the keys that are known stand in ${known.file}`,
        ],
      });
    const key = verify([...known.keys.map((one) => withEnd(one, served)), ...taken]);
    const isFirst = taken.includes(key);
    return { key, file: isFirst ? await this.#remember(taken) : known.file, isFirst };
  }

  #known(): Promise<KnownKeys | undefined> {
    return this.#parts.trusted.known({ kind: 'registries', name: this.#parts.url });
  }

  #remember(keys: readonly VerifyingKey[]): Promise<string> {
    return this.#parts.trusted.remember({ kind: 'registries', name: this.#parts.url }, keys);
  }

  /** None where the registry has no such document, or can't be asked and was not before. */
  #servedKeys(): Promise<readonly VerifyingKey[]> {
    this.#served ??= this.#readKeys();
    return this.#served;
  }

  async #readKeys(): Promise<readonly VerifyingKey[]> {
    const { client } = this.#parts;
    try {
      const document = await client.document(keysPath);
      return document === undefined ? [] : readPublicKeys(document, `${client.label}${keysPath}`);
    } catch (error) {
      if (error instanceof Failure && error.code === 'offline') return [];
      throw error;
    }
  }
}

/** When a key was replaced is the registry's to say. */
function withEnd(key: VerifyingKey, served: readonly VerifyingKey[]): VerifyingKey {
  const expires = served.find(({ keyid }) => keyid === key.keyid)?.expires ?? key.expires;
  return expires === undefined ? key : { ...key, expires };
}

function keyidsOf(known: KnownKeys | undefined): string {
  return (known?.keys ?? []).map(({ keyid }) => keyid).join(', ');
}

function sequenceOf(catalogue: Readonly<Record<string, unknown>> | undefined): number {
  const sequence = catalogue?.['sequence'];
  return Number.isSafeInteger(sequence) ? Number(sequence) : -1;
}
