import { foldName } from './fold-name.ts';

/** Why a name may not stand in a tree: what somebody's checkout would make of it. */
export interface NameFault {
  readonly clause: 'empty' | 'dots' | 'slash' | 'not-utf8' | 'not-nfc' | 'control-character' | 'dot-git' | 'git-configuration' | 'too-long';
  /** What follows the name in a sentence. */
  readonly why: string;
}

/** Control characters, separators of lines, and what leaves no mark, or turns the direction of what does. */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** What Linux, macOS and Windows hold. */
export const maxNameBytes = 255;

/** Read by git where they lie, with a say in what is checked out, fetched or left out. */
const gitFiles = ['.gitattributes', '.gitconfig', '.gitignore', '.gitmodules', '.lfsconfig', '.mailmap'].map(foldName);

/** A name's bytes, one character a byte → the name; undefined where they are no UTF-8. */
export function decodeName(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The first thing that is wrong with a name's bytes. `isBelowComponents`: git's own files may lie elsewhere. */
export function nameFault(bytes: string, isBelowComponents: boolean): NameFault | undefined {
  if (bytes === '') return { clause: 'empty', why: 'is empty' };
  if (bytes === '.' || bytes === '..') return { clause: 'dots', why: 'leads out of its folder' };
  if (bytes.length > maxNameBytes) return { clause: 'too-long', why: `has ${bytes.length} bytes; file systems hold ${maxNameBytes}` };
  const name = decodeName(bytes);
  if (name === undefined) return { clause: 'not-utf8', why: 'is no UTF-8' };
  // NFKC makes a slash of what only looks like one.
  if (/[/\\]/.test(name.normalize('NFKC'))) return { clause: 'slash', why: 'has a slash or a backslash in it' };
  if (isDotGit(name)) return { clause: 'dot-git', why: 'is a spelling of `.git`: git would take it for a repository' };
  if (hidden.test(name)) return { clause: 'control-character', why: 'has a character in it that can’t be seen' };
  if (isBelowComponents && isGitFile(name)) return { clause: 'git-configuration', why: 'is read by git itself' };
  if (name !== name.normalize('NFC')) return { clause: 'not-nfc', why: 'is not in Unicode’s form NFC: macOS would write another' };
  return undefined;
}

/** Windows cuts dots and spaces off the end, and what is behind a colon; `git~1` is its short name of `.git`. */
function isDotGit(name: string): boolean {
  return ['.GIT', 'GIT~1'].includes(asWindowsReads(name));
}

/** `.gitmodules` is `GITMOD~1` to `GITMOD~4` in short. */
function isGitFile(name: string): boolean {
  const folded = asWindowsReads(name);
  return gitFiles.some((file) => folded === file || (folded.slice(0, 6) === file.slice(1, 7) && /^~[1-9]$/.test(folded.slice(6))));
}

function asWindowsReads(name: string): string {
  return foldName(name)
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '');
}
