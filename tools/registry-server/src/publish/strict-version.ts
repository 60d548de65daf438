import { parseVersion } from '@moby/model';

/** npm's version of a component: exactly as semver writes it, without build metadata. */
export function isStrictVersion(text: string): boolean {
  return parseVersion(text) !== undefined && !text.includes('+');
}
