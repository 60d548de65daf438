import { mapUpstream, type UpstreamMapping } from '@moby/model';
import { upstreamOfDebian } from '../debian-upstream.ts';
import { lineFor } from '../left-line.ts';

export interface UpstreamReading {
  /** As upstream writes it. */
  readonly text: string;
  readonly mapping: UpstreamMapping;
  readonly semver: string;
}

const mappings: readonly UpstreamMapping[] = ['dotted', 'patch-letter', 'year-letter', 'dated'];

/** Upstream's version of a package, by the first mapping that reads it; undefined where none does, as for a prerelease. */
export function readUpstream(debianVersion: string): UpstreamReading | undefined {
  const text = upstreamOfDebian(debianVersion);
  for (const mapping of mappings) {
    const semver = mapUpstream(text, mapping);
    if (semver !== undefined) return { text, mapping, semver };
  }
  return undefined;
}

/**
 * The line that a version is given: as fine as the component's newest other line; without any, `N` where upstream counts with
 * one number (`257`, `20250419`) or the package is called for it (17.6 of `postgresql-17`), else `N.M`.
 */
export function lineOfUpstream(
  { text, semver, package: name = '' }: Pick<UpstreamReading, 'text' | 'semver'> & { readonly package?: string },
  others: readonly string[],
): string {
  const newest = others.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return lineFor(semver, newest ?? (/^[0-9]+$/.test(text) || name.endsWith(`-${text.split('.')[0] ?? ''}`) ? '0' : '0.0'));
}
