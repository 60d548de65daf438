import { join } from 'node:path';
import { storeFolder } from '@moby/composer';

/** Where reviews keep what they have read of a library; undefined for a user without a home, as a server's hook may have, who keeps nothing. */
export function reviewCacheFolder(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    return join(storeFolder(environment), 'review');
  } catch {
    return undefined;
  }
}
