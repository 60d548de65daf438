import { Failure } from '@moby/model';
import type { SigningKey } from '@moby/trust';
import { keyFile, readKeyFile } from '../key-file.ts';

/** The key that was named, else one's own where there is one. */
export async function chosenKey(named: string | undefined): Promise<SigningKey | undefined> {
  try {
    return await readKeyFile(named ?? keyFile(process.env), process.env);
  } catch (error) {
    if (named === undefined && error instanceof Failure && error.code === 'not-found') return undefined;
    throw error;
  }
}
