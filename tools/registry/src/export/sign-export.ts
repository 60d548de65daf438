import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@moby/content';
import { canonicalJson, Failure } from '@moby/model';
import { envelopeKeyid, publicKeysOf, signDocument, signRelease, type SigningKey } from '@moby/trust/registry';
import { cataloguePath } from '../npm/component-list.ts';
import { isRecord } from '../npm/packument.ts';
import { keysPath } from '../npm/registry-trust.ts';
import type { CatalogueDocument } from './catalogue.ts';
import type { PackumentDocument, VersionDocument } from './exported-packument.ts';
import { writeIfOther } from './registry-files.ts';

/** Throws `invalid-input` for a folder that was signed before: who knows its key would take nothing that is added without. */
export async function refuseUnsigned(to: string, key: SigningKey | undefined): Promise<void> {
  if (key !== undefined || (await readJson(to, keysPath)) === undefined) return;
  throw new Failure({
    code: 'invalid-input',
    message: `\`${to}\` was signed when it was exported before, and what is added has to be signed too`,
    hints: ['name the key: --key FILE', 'or export to an empty folder'],
  });
}

/** The packument with a signature of the key on each version; one that is there stays, as each signing gives other bytes. */
export function signedPackument(packument: PackumentDocument, key: SigningKey | undefined): PackumentDocument {
  if (key === undefined) return packument;
  const { name } = packument;
  const sign = (version: string, document: VersionDocument): VersionDocument => {
    const { dist } = document;
    const { signatures = [], integrity } = dist;
    if (signatures.some(({ keyid }) => keyid === key.keyid)) return document;
    return { ...document, dist: { ...dist, signatures: [signRelease(key, { name, version, integrity })] } };
  };
  const versions = Object.entries(packument.versions).map(([version, document]) => [version, sign(version, document)] as const);
  return { ...packument, versions: Object.fromEntries(versions) };
}

/** Writes the catalogue, signed where there is a key, and the key's public half where npm's clients look for it. */
export async function writeCatalogue(to: string, document: CatalogueDocument, key: SigningKey | undefined): Promise<void> {
  await writeIfOther(join(to, cataloguePath), lineOf(key === undefined ? document : await signed(to, document, key)));
  if (key !== undefined) await writeIfOther(join(to, keysPath), lineOf(publicKeysOf([key])));
}

/** What was signed of the same content stays as it is. */
async function signed(to: string, document: CatalogueDocument, key: SigningKey): Promise<object> {
  const before = await readJson(to, cataloguePath);
  if (isRecord(before)) {
    const { signed: envelope, ...content } = before;
    if (envelopeKeyid(envelope) === key.keyid && canonicalJson(content) === canonicalJson(document)) return before;
  }
  return { ...document, signed: signDocument(key, { name: cataloguePath, document }) };
}

async function readJson(to: string, path: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await readFile(join(to, path), 'utf8'));
    return value;
  } catch (cause) {
    if (cause instanceof SyntaxError || errorCode(cause) === 'ENOENT') return undefined;
    throw new Failure({ code: 'io', message: `\`${join(to, path)}\` can't be read: ${errorCode(cause) ?? 'unknown error'}`, cause });
  }
}

function lineOf(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
