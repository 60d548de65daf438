import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { findGitFolder } from './check-layout.ts';
import { unreadableRepository } from './unreadable-repository.ts';

/**
 * Where git has put the objects of a push that a hook is asked about (git-receive-pack(1), "Quarantine Environment"); undefined where there
 * is none: in an `update` hook they lie in the repository already. Throws `unreadable-repository` where objects are borrowed from elsewhere.
 */
export function quarantineOf(environment: Readonly<Record<string, string | undefined>>, folder: string): string | undefined {
  const quarantine = environment['GIT_QUARANTINE_PATH'];
  if (quarantine === undefined || quarantine === '') return undefined;
  const own = realPath(join(findGitFolder(folder), 'objects'));
  // Where a path has a colon in it git writes it in quotes, which isn't read here.
  const others = (environment['GIT_ALTERNATE_OBJECT_DIRECTORIES'] ?? '').split(':').filter((path) => path !== '');
  const foreign = others.find((path) => realPath(path) !== own);
  if (foreign !== undefined)
    throw unreadableRepository(
      `\`${folder}\` borrows objects from \`${foreign}\` (GIT_ALTERNATE_OBJECT_DIRECTORIES)`,
      'take them over: git repack -ad, and run the hook in the repository that is pushed to',
    );
  return realPath(quarantine);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw unreadableRepository(`\`${path}\` can't be read`, 'may who runs the hook read the repository?', cause);
  }
}
