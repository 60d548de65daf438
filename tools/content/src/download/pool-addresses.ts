import type { DebSource } from '@moby/model';
import type { DebianLocation } from '../debian/find-locations.ts';

/**
 * Where a pinned file may lie, the likeliest first: its pool path at every location, then the path that it has in the other
 * kind of archive, since a point release takes files of the security archive (`pool/updates/`) over into the main one.
 */
export function poolAddresses(pin: DebSource, locations: readonly DebianLocation[]): readonly string[] {
  const isUpdate = pin.path.startsWith('pool/updates/');
  const other = isUpdate ? pin.path.replace('pool/updates/', 'pool/') : pin.path.replace('pool/', 'pool/updates/');
  const urls = locations.map((location) => location.url);
  const security = urls.filter((url) => url.endsWith('security'));
  const main = urls.filter((url) => !url.endsWith('security'));
  const sorted = isUpdate ? [...security, ...main] : [...main, ...security];
  return [...sorted.map((url) => `${url}/${encodePath(pin.path)}`), ...sorted.toReversed().map((url) => `${url}/${encodePath(other)}`)];
}

/** Pool paths have `+`, `~` and `:` in them, which servers take as they are. */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll('%2B', '+').replaceAll('%3A', ':'))
    .join('/');
}
