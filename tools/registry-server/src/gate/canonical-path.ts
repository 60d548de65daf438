import { Refusal } from './refusal.ts';

/** Longer addresses than any that a client of ours makes. */
const maxPathLength = 1024;

/**
 * A request's path, decoded once, without its query. Refuses what could mean one thing here and another in a router: what
 * is still encoded after one decoding, or does not decode; `\`, NUL and other control characters; `//`, `.` and `..`
 * segments; an absolute address; anything that is not ASCII.
 */
export function canonicalPath(url: string): string {
  const query = url.indexOf('?');
  const raw = query < 0 ? url : url.slice(0, query);
  if (!raw.startsWith('/')) throw malformed('it does not begin with `/`');
  if (raw.length > maxPathLength) throw malformed(`it is longer than ${maxPathLength} characters`);
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    throw malformed('it does not decode');
  }
  if (path.includes('%')) throw malformed('it is encoded twice');
  if (!/^[\x21-\x7e]*$/.test(path) || path.includes('\\')) throw malformed('it holds other characters than printable ASCII without `\\`');
  if (path.includes('//')) throw malformed('it holds `//`');
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) throw malformed('it holds a `.` or `..` segment');
  return path;
}

function malformed(why: string): Refusal {
  return new Refusal({ code: 'MOBY-D400', message: `the address is not taken, as ${why}` });
}
