import {
  allowedSignersFile,
  maxAllowedSignersBytes,
  maxOpenPgpKeyBytes,
  maxOpenPgpKeyFiles,
  openPgpKeysFolder,
  type SignerFiles,
} from '../signatures/signers.ts';
import type { TreeReader } from './lines/open-tree.ts';

/** Whom a tree allows to sign commits. Throws `limit` for more, or larger, files than are read. */
export async function readSignerFiles(tree: TreeReader): Promise<SignerFiles> {
  const allowedSigners = await tree.file(allowedSignersFile, maxAllowedSignersBytes);
  const openPgpKeys = new Map<string, Uint8Array>();
  for (const name of (await tree.filesBelow(openPgpKeysFolder.slice(0, -1), maxOpenPgpKeyFiles)).keys()) {
    if (!/^[^/]+\.asc$/.test(name)) continue;
    const bytes = await tree.file(openPgpKeysFolder + name, maxOpenPgpKeyBytes);
    if (bytes !== undefined) openPgpKeys.set(openPgpKeysFolder + name, bytes);
  }
  return { ...(allowedSigners === undefined ? {} : { allowedSigners }), openPgpKeys };
}
