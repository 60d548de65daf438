import type { ComposeRequest } from '@moby/composer';
import type { Question } from '@moby/composer/again';

/** The question that the command line would put to what was remembered, of a request that is made in the library's folder. */
export function questionOf({ assembly, variation, policy, level }: ComposeRequest, library: string): Question {
  return {
    assembly,
    platform: undefined,
    variation,
    policy,
    out: undefined,
    level,
    currentFolder: library,
    library,
    componentFolders: [],
  };
}
