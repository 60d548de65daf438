import { Failure, type Manifest } from '@moby/model';
import { readVerifyingKey, type VerifyingKey } from '@moby/trust/registry';
import { publishedDigests } from '../pack/release-digests.ts';
import { isRecord } from './packument.ts';
import type { RegistryClient } from './registry-client.ts';
import type { Voucher } from './registry-trust.ts';
import type { KnownKeys, TrustedKeys } from './trusted-keys.ts';

export interface AttestedRelease {
  readonly manifest: Manifest;
  readonly npmVersion: string;
  readonly integrity: string;
  readonly attested: { readonly key: string | undefined } | undefined;
  /** The bytes of its package.json. */
  readonly packageJson: Uint8Array;
}

export interface OwnersWorld {
  readonly client: RegistryClient;
  readonly trusted: TrustedKeys;
  readonly accepted: readonly string[];
  /** The keys of a package's OWNERS.yaml, where it is at hand. */
  readonly ownersKeys: (npmName: string) => Promise<KnownKeys | undefined>;
}

/** What is known of a publisher's statement: none came along, nobody knows a key for it, or who vouches. */
export type StatementVerdict = { readonly kind: 'none' } | { readonly kind: 'no key' } | ({ readonly kind: 'signed' } & Voucher);

/** Of its statement npm's clients read the bundle. */
const maxAttestations = 16;

/**
 * Verifies what its publisher has signed of a release: by a key of an owner, and about exactly this release. The keys of OWNERS.yaml count alone;
 * without them those that are remembered; without these the one that the registry has verified it by, which is remembered. Throws `bad-signature`.
 */
export async function verifyStatement(release: AttestedRelease, world: OwnersWorld): Promise<StatementVerdict> {
  const { manifest, npmVersion, integrity, attested, packageJson } = release;
  if (attested === undefined) return { kind: 'none' };
  const { npmName } = manifest;
  const { client, trusted } = world;
  const what = `${npmName}@${npmVersion}`;
  const bundle = bundleOf(await client.document(`-/npm/v1/attestations/${what}`));
  if (bundle === undefined)
    throw bad(`the registry ${client.label} has lost the signed statement of ${what}`, ['ask whoever runs the registry']);
  // Sigstore's libraries take long to load, and most registries have no statements.
  const { bundleKeyid, differencesOf, verifyBundle } = await import('@moby/trust');
  const known = (await world.ownersKeys(npmName)) ?? (await trusted.known({ kind: 'owners', name: npmName }));
  const served = attested.key === undefined ? undefined : readVerifyingKey(attested.key, `the key of ${what} in ${client.label}`);
  const keyid = bundleKeyid(bundle);
  const isTaken = known === undefined || (served !== undefined && world.accepted.includes(served.keyid));
  if (known === undefined && served === undefined) return { kind: 'no key' };
  if (known !== undefined && !isTaken && !known.keys.some((one) => one.keyid === keyid)) throw strange({ what, keyid, known, client });
  const keys = [...(known?.keys ?? []), ...(served !== undefined && isTaken ? [served] : [])];
  const { statement, key } = verifyBundle(bundle, keys, what, new Date());
  const differences = differencesOf(statement, publishedDigests({ manifest, npmVersion, integrity, packageJson }));
  if (differences.length > 0)
    throw bad(`the signed statement of ${what} is not about this release: ${differences.slice(0, 5).join('; ')}`, [
      'do not use it; ask its publisher',
    ]);
  const isFirst = known?.keys.every((one) => one.keyid !== key.keyid) ?? true;
  const file = isFirst ? await trusted.remember({ kind: 'owners', name: npmName }, [key]) : (known?.file ?? '');
  return { kind: 'signed', key, file, isFirst };
}

function strange({
  what,
  keyid,
  known,
  client,
}: {
  readonly what: string;
  readonly keyid: string | undefined;
  readonly known: KnownKeys;
  readonly client: RegistryClient;
}): Failure {
  const names = known.keys.map((key: VerifyingKey) => key.keyid).join(', ');
  return bad(`the signed statement of ${what} is by ${keyid ?? 'nobody'}, and its owners sign by ${names === '' ? 'no key' : names}`, [
    `who that is stands in ${known.file}`,
    ...(keyid === undefined
      ? []
      : [`where it is a new owner's key: moby-compose verify ${what} --registry ${client.label} --trust-key ${keyid}`]),
  ]);
}

function bundleOf(document: unknown): unknown {
  const list = isRecord(document) ? document['attestations'] : undefined;
  if (!Array.isArray(list)) return undefined;
  const found: unknown = list.slice(0, maxAttestations).find((one: unknown) => isRecord(one) && isRecord(one['bundle']));
  return isRecord(found) ? found['bundle'] : undefined;
}

function bad(message: string, hints: readonly string[]): Failure {
  return new Failure({ code: 'bad-signature', message, hints });
}
