import { canonicalJson } from '@moby/model';
import { memberOf } from './json-member.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** Files that are written from a payload's bytes. */
const derived = ['facts.json', 'symbols.json', 'kernel-symbols.json'];

/** Whether two states of a line have one payload by all that they say: its part of the manifest, what is said of its bytes, and its own files. */
export function leavesPayload(before: Files, after: Files): boolean {
  const [was, is] = [payloadOf(before), payloadOf(after)];
  if (was === undefined || is === undefined || was !== is) return false;
  const paths = new Set(
    [...before.keys(), ...after.keys(), ...derived].filter((path) => path.startsWith('files/') || derived.includes(path)),
  );
  return [...paths].every((path) => isSame(before.get(path), after.get(path)));
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

/** In one form; undefined where package.json says nothing of a payload. */
function payloadOf(files: Files): string | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(files.get('package.json') ?? []).toString('utf8'));
    const payload = memberOf(memberOf(json, 'component'), 'payload');
    return payload === undefined ? undefined : canonicalJson(payload);
  } catch {
    return undefined;
  }
}
