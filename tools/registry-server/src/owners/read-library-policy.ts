import { join } from 'node:path';
import { defaultPolicy, maxPolicyBytes, policyFile, readPolicy, type Policy } from '@moby/governor';
import { Refusal } from '../gate/refusal.ts';
import { readBounded } from './read-bounded.ts';

/**
 * What the library has decided, read anew for each release: what was merged counts from the next one on. `defaultPolicy` where it has no
 * such file. Throws a `Refusal` where it can't be read: nobody knows then what was decided.
 */
export async function readLibraryPolicy(library: string): Promise<Policy> {
  const found = await readBounded(join(library, policyFile), maxPolicyBytes);
  if (found === undefined) return defaultPolicy;
  if (found === 'too-large') throw unreadable(`it is larger than ${maxPolicyBytes} bytes`);
  const read = await readPolicy(found.text);
  if (read.ok) return read.value;
  const [finding] = read.findings;
  const { place } = finding ?? {};
  throw unreadable(`${finding?.message ?? 'it is no policy'}${place === undefined ? '' : ` (line ${place.line}, column ${place.column})`}`);
}

function unreadable(why: string): Refusal {
  return new Refusal({ code: 'MOBY-D432', message: `\`${policyFile}\` of the library can't be read, so nothing is published: ${why}` });
}
