import { readPackageArchive } from '@moby/content/package-archive';
import { readContents } from '@moby/governor';
import { Failure } from '@moby/model';
import { releaseDigests } from '@moby/registry/pack';
import { differencesOf, verifyBundle } from '@moby/trust';
import { Refusal } from '../gate/refusal.ts';
import type { PublishBody } from '../publish/publish-body.ts';
import { textMember } from '../storage/json-object.ts';
import type { SignedStatement } from '../storage/write-package.ts';
import type { ComponentOwners } from './component-owners.ts';

export interface ToVerify {
  readonly name: string;
  readonly sent: PublishBody;
  readonly owners: ComponentOwners;
  readonly isRequired: boolean;
  readonly now: Date;
}

const maxShown = 5;

/**
 * The publisher's statement, verified: signed by a key of an owner, about exactly this release. Undefined where none came along, or no
 * key is known to verify it by, and none is required. Throws a `Refusal`: what can't be verified is not served as if it were.
 */
export async function verifyStatement({ name, sent, owners, isRequired, now }: ToVerify): Promise<SignedStatement | undefined> {
  const { bundle, version, tarball } = sent;
  const what = `${name}@${version}`;
  if (bundle === undefined) {
    if (isRequired)
      throw unsigned(
        `${what} comes without a signed statement, and this registry takes nothing without: moby-compose component publish signs it`,
      );
    return undefined;
  }
  if (owners.keys.length === 0) {
    // Without a library nobody's key is known here: the release is taken, and its statement isn't passed on.
    if (owners.kind === 'registry' && !isRequired) return undefined;
    const where =
      owners.kind === 'library' ? `components/${name.slice(name.indexOf('/') + 1)}/OWNERS.yaml` : 'this registry, which has no library,';
    throw refused(`${where} names no key that the statement about ${what} could be verified by: publish it without, or name one`);
  }
  const { files } = await readPackageArchive(tarball);
  const [packageJson, contents] = [files.get('package.json'), await readContents(files)];
  if (packageJson === undefined || contents === undefined)
    throw refused(`${what} is no component, so the statement is about something else`);
  const { statement } = verified(() => verifyBundle(bundle, owners.keys, what, now));
  const differences = differencesOf(statement, releaseDigests({ manifest: contents.manifest, npmVersion: version, tarball, packageJson }));
  if (differences.length > 0) throw refused(`the statement is not about this ${what}: ${differences.slice(0, maxShown).join('; ')}`);
  return { bundle, predicateType: textMember(statement, 'predicateType') ?? '' };
}

function verified<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof Failure ? refused(error.message) : error;
  }
}

function unsigned(message: string): Refusal {
  return new Refusal({ code: 'MOBY-D428', message });
}

function refused(message: string): Refusal {
  return new Refusal({ code: 'MOBY-D430', message });
}
