import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the content store lies: `$XDG_CACHE_HOME/moby-compose`, by default below `~/.cache`. */
export function storeFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const cache = environment['XDG_CACHE_HOME'] ?? '';
  return join(cache === '' ? join(homedir(), '.cache') : cache, 'moby-compose');
}
