import { decodeName } from './name-faults.ts';

/** A path's bytes, one character a byte, with a name in it or not → the path as text; bytes that are no UTF-8 become `\xff`. */
export function shownPath(folder: string, name = ''): string {
  const path = folder === '' || name === '' ? folder + name : `${folder}/${name}`;
  return decodeName(path) ?? path.split('/').map(shownName).join('/');
}

function shownName(bytes: string): string {
  const decoded = decodeName(bytes);
  if (decoded !== undefined) return decoded;
  return Array.from(bytes, (byte) => (byte < '\x7f' ? byte : `\\x${byte.charCodeAt(0).toString(16)}`)).join('');
}
