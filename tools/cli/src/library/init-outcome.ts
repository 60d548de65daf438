import { relative, resolve } from 'node:path';
import { Failure } from '@moby/model';
import { gitUser } from '../author/git-user.ts';
import type { Outcome } from '../outcome.ts';
import { dim, green, type Line } from '../reporter/line.ts';
import { libraryFiles } from './library-files.ts';
import { writeNewFile } from './write-new-file.ts';

export interface InitOptions {
  readonly folder: string;
  readonly scope: string;
  readonly steward: string | undefined;
  /** Of this program: what judges pull requests is pinned to it. */
  readonly version: string;
  readonly invocation: string;
}

/** Writes the files of a new library that are not there yet, each whole or not at all. Throws `usage`, `io`, `no-space`. */
export async function initOutcome({ folder: given, scope, steward, version }: InitOptions): Promise<Outcome> {
  if (!/^@[a-z][a-z0-9-]{1,38}$/.test(scope))
    throw new Failure({
      code: 'usage',
      message: `\`${scope}\` can't be a scope: \`@\`, a lowercase letter, then lowercase letters, digits and dashes`,
      hints: ['--scope @acme; take one that is yours at the public registry, so that nobody else publishes to it'],
    });
  const folder = resolve(given);
  const name = steward ?? (await gitUser(folder));
  const written: string[] = [];
  const kept: string[] = [];
  for (const file of libraryFiles({ scope, steward: name, version })) ((await writeNewFile(folder, file)) ? written : kept).push(file.path);
  const at = relative(process.cwd(), folder);
  const inFolder = at === '' ? '' : `cd ${at} && `;
  return {
    kind: 'done',
    value: { folder, written, kept },
    lines: [
      ...written.map((path): Line => [green('✔'), ` ${path}`]),
      ...kept.map((path): Line => [dim('·'), ` ${path}`, dim('  is there, and is left as it is')]),
    ],
    next: [
      [],
      ...(name === undefined && written.includes('docs/governance/policy.yaml') ? [['name a steward in docs/governance/policy.yaml']] : []),
      ['commit it, then bring the first component:'],
      [`  ${inFolder}npx moby-compose component new NAME --from deb:PACKAGE@trixie`],
    ],
  };
}
