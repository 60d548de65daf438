import { releaseStatement, signStatement, type SigningKey } from '@moby/trust';
import type { PackedComponent } from '../pack/pack-component.ts';
import { releaseDigests } from '../pack/release-digests.ts';

/** What a publisher vouches for of a release, signed by their key, as a sigstore bundle. */
export function signedStatement(
  key: SigningKey,
  { manifest, npmVersion, tarball, files }: PackedComponent,
): ReturnType<typeof signStatement> {
  const packageJson = files.find(({ path }) => path === 'package.json')?.bytes;
  if (packageJson === undefined) throw new TypeError('a package has its package.json');
  return signStatement(key, releaseStatement(releaseDigests({ manifest, npmVersion, tarball, packageJson })));
}
