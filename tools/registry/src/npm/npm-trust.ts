import type { ComponentPlaces, RegistryPlaces } from '../open-components.ts';
import type { NpmTrust } from './open-npm-registry.ts';
import { openTrustedKeys } from './trusted-keys.ts';

/** Whose signatures count where components come from these places. */
export function npmTrust(
  { trustFiles, ownersKeys }: Pick<ComponentPlaces, 'trustFiles' | 'ownersKeys'>,
  { acceptedKeys = [] }: Pick<RegistryPlaces, 'acceptedKeys'>,
): NpmTrust {
  return { trusted: openTrustedKeys(trustFiles), accepted: acceptedKeys, ownersKeys };
}
