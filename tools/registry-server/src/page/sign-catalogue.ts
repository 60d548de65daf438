import { readFile } from 'node:fs/promises';
import { canonicalJson } from '@moby/model';
import { cataloguePath } from '@moby/registry/npm';
import { envelopeKeyid } from '@moby/trust/registry';
import { replaceFile } from '../storage/durable-files.ts';
import { isJsonObject } from '../storage/json-object.ts';
import type { SigningKeys } from '../storage/signing-keys.ts';
import type { Log } from '../server/log.ts';

/** Signs the catalogue with the key that the registry uses. */
export interface CatalogueSigner {
  /** The catalogue as it is served. With the same content and key it is the same bytes, also after a restart: what was signed is kept. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
  /** The key that is in use now: what was signed by another one has to be signed again. */
  keyid(): string;
}

export interface CatalogueSignerOptions {
  readonly keys: Pick<SigningKeys, 'signDocument' | 'all'>;
  /** Where what was signed last is kept. */
  readonly path: string;
  readonly log: Log;
}

export function openCatalogueSigner({ keys, path, log }: CatalogueSignerOptions): CatalogueSigner {
  const keyid = (): string => keys.all()[0]?.keyid ?? '';
  return {
    keyid,
    sign: async (bytes) => {
      const document: unknown = JSON.parse(Buffer.from(bytes).toString());
      if (!isJsonObject(document)) throw new TypeError('a catalogue is an object');
      const kept = await readKept(path);
      if (kept !== undefined && kept.keyid === keyid() && canonicalJson(kept.document) === canonicalJson(document)) return kept.bytes;
      const signed = Buffer.from(`${JSON.stringify({ ...document, signed: keys.signDocument({ name: cataloguePath, document }) })}\n`);
      // Where the disk is full it is signed anew after the next start.
      await replaceFile(path, signed).catch((error: unknown) => log({ level: 'error', event: 'catalogue-not-kept', error: String(error) }));
      return signed;
    },
  };
}

async function readKept(
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly document: object; readonly keyid: string | undefined } | undefined> {
  try {
    const bytes = await readFile(path);
    const value: unknown = JSON.parse(bytes.toString());
    if (!isJsonObject(value)) return undefined;
    const { signed, ...document } = value;
    return { bytes, document, keyid: envelopeKeyid(signed) };
  } catch {
    return undefined;
  }
}
