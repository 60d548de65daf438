import { resolve } from 'node:path';
import { defaultStorage, rotateSigningKey } from '@moby/registry-server';
import type { Outcome } from '../outcome.ts';

export async function rotateOutcome(flags: { readonly storage?: string | undefined }): Promise<Outcome> {
  const storage = resolve(flags.storage ?? defaultStorage(process.env));
  const { keyid, earlier } = await rotateSigningKey(storage, () => new Date());
  const expires = earlier.expires?.toISOString() ?? '';
  return {
    kind: 'done',
    value: { storage, keyid, earlier: { keyid: earlier.keyid, expires } },
    lines: [[`${keyid} signs from now on`], [`${earlier.keyid} vouches for what was published before ${expires}`]],
  };
}
