import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unreadable } from '@moby/model';
import { cloneAgain, unreadableRepository } from './unreadable-repository.ts';

/** Extensions of a repository (git's repository-version(5)) that change nothing for a reader. */
const harmlessExtensions = ['noop', 'preciousobjects', 'relativeworktrees', 'worktreeconfig'];

/**
 * The folder that git keeps its data in: `.git` of a work tree, or the folder of a bare repository. Throws `unreadable-repository` for
 * everything that isomorphic-git would read wrongly, or not at all.
 */
export function findGitFolder(folder: string): string {
  const inner = join(folder, '.git');
  const kind = kindOf(inner);
  if (kind === 'file')
    throw unreadableRepository(
      `\`${folder}\` is a linked work tree or a submodule: its \`.git\` is a file`,
      'name the repository that it belongs to: git rev-parse --git-common-dir shows it',
    );
  const git = kind === 'folder' ? inner : folder;
  if (kindOf(join(git, 'commondir')) === 'file')
    throw unreadableRepository(
      `\`${folder}\` is the part of a linked work tree`,
      'name the repository that it belongs to: git rev-parse --git-common-dir shows it',
    );
  if (kindOf(join(git, 'HEAD')) !== 'file' || kindOf(join(git, 'objects')) !== 'folder')
    throw unreadableRepository(`there is no git repository in \`${folder}\``, 'name the top folder of a clone, or a bare repository');
  refuseLayout(folder, git);
  return git;
}

function refuseLayout(folder: string, git: string): void {
  if (textOf(join(git, 'objects/info/alternates')).trim() !== '')
    throw unreadableRepository(
      `\`${folder}\` borrows objects from another repository (objects/info/alternates)`,
      'take them over: git repack -ad && rm objects/info/alternates, or clone it with --dissociate',
    );
  const config = textOf(join(git, 'config'));
  const format = extensionOf(config, 'objectformat');
  if (format !== undefined && format !== 'sha1')
    throw unreadableRepository(`\`${folder}\` names its objects by ${format}`, 'only repositories with sha1 are read');
  const references = extensionOf(config, 'refstorage');
  if (references !== undefined && references !== 'files')
    throw unreadableRepository(`\`${folder}\` keeps its refs as ${references}`, 'git refs migrate --ref-format=files');
  if (extensionOf(config, 'partialclone') !== undefined || hasPromisedObjects(git))
    throw unreadableRepository(`\`${folder}\` is a partial clone: objects are missing in it`, 'clone it without --filter');
  const unknown = extensionsOf(config).find(([name]) => ![...harmlessExtensions, 'objectformat', 'refstorage'].includes(name));
  if (unknown !== undefined)
    throw unreadableRepository(`\`${folder}\` uses git's extension \`${unknown[0]}\`, which isn't known here`, cloneAgain);
}

/** A pack that came through a filter has a file of this ending beside it. */
function hasPromisedObjects(git: string): boolean {
  try {
    return readdirSync(join(git, 'objects/pack')).some((name) => name.endsWith('.promisor'));
  } catch {
    return false;
  }
}

function extensionOf(config: string, name: string): string | undefined {
  return extensionsOf(config).find(([key]) => key === name)?.[1];
}

/** The keys of the section `[extensions]` in lower case, with what they say. */
function extensionsOf(config: string): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  let within = false;
  for (const line of config.split('\n')) {
    const section = /^\s*\[([^\]]*)\]/.exec(line);
    if (section !== null) within = section[1]?.trim().toLowerCase() === 'extensions';
    const entry = /^\s*(?:\[[^\]]*\])?\s*([a-z][a-z0-9-]*)\s*(?:=\s*"?([^"#;]*))?/i.exec(line);
    if (within && entry !== null) found.push([(entry[1] ?? '').toLowerCase(), (entry[2] ?? 'true').trim().toLowerCase()]);
  }
  return found;
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw unreadable(path, cause);
  }
}

/** Empty where the file is missing. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return '';
    throw unreadable(path, cause);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
