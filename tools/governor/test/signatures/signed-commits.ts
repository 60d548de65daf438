import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import {
  checkSignatures,
  openRepository,
  parseCommit,
  readSigners,
  type Commit,
  type SignatureCheck,
  type SignerFiles,
} from '@moby/governor/collect';
import { git, gitBytes } from '../collect/native-git.ts';

/** A repository whose commits the git program signs: `Ann <ann@example.com>`, on the ninth of September 2001. */
export interface SignedCommits {
  readonly folder: string;
  /** Commits an empty tree; `settings` as `git -c` takes them. */
  commit(settings: readonly string[], message?: string): string;
  /** The commit as it is stored. */
  text(oid: string): string;
  /** The commit's bytes, changed, as a commit of their own. */
  altered(oid: string, change: (text: string) => string): string;
  /** What our check says. */
  check(oid: string, files: Partial<SignerFiles>, now?: number): Promise<SignatureCheck>;
  /** Whether `git verify-commit` says that the signature is good. */
  gitAccepts(oid: string, settings: readonly string[]): boolean;
}

export function signedCommits(folder: string): SignedCommits {
  git(folder, 'init', '-q', '--bare', '.');
  const tree = git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null').trim();
  const options = (settings: readonly string[]): readonly string[] => settings.flatMap((setting) => ['-c', setting]);
  const text = (oid: string): string => gitBytes(folder, ['cat-file', 'commit', oid]).toString('latin1');
  return {
    folder,
    commit: (settings, message = 'a change') => git(folder, ...options(settings), 'commit-tree', '-S', '-m', message, tree).trim(),
    text,
    altered: (oid, change) => {
      const other = Buffer.from(change(text(oid)), 'latin1');
      return gitBytes(folder, ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'], other).toString().trim();
    },
    check: async (oid, files, now) => checkOf(await openRepository(folder).readCommit(oid), files, now),
    gitAccepts: (oid, settings) => {
      try {
        git(folder, ...options(settings), 'verify-commit', oid);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** What our check says of a commit that is stored nowhere. */
export async function checkText(text: string, files: Partial<SignerFiles>): Promise<SignatureCheck> {
  const commit = parseCommit(Buffer.from(text, 'latin1'));
  if (commit === undefined) throw new Error('it is no commit');
  return checkOf({ oid: 'stored nowhere', ...commit }, files);
}

async function checkOf(commit: Commit, files: Partial<SignerFiles>, now?: number): Promise<SignatureCheck> {
  const signers = readSigners({ openPgpKeys: new Map(), ...files });
  const check = (await checkSignatures({ commits: [commit], signers, ...(now === undefined ? {} : { now }) })).get(commit.oid);
  if (check === undefined) throw new Error('the commit was not checked');
  return check;
}

/** Runs a program; its output, or an error with what it said. */
export function run(program: string, words: readonly string[], options: { readonly home?: string; readonly input?: string } = {}): string {
  const { home, input = '' } = options;
  const { status, stdout, stderr } = spawnSync(program, words, {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: home ?? '/' },
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** A file of a folder, for programs that want one. */
export function written(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
