import { isCapability, offerMeets, parseRange, parseVersion, satisfies } from '@moby/model';
import type { LibrarySide, LineWords } from './library-side.ts';

/** Who in a library meets a requirement. */
export interface Meeting {
  readonly name: string;
  readonly line: string;
  readonly version: string;
}

/** The lines of a side that meet a requirement; none where nobody does. What is no range is met by nobody. */
export function whoMeets({ components, providers }: LibrarySide, need: string, range: string): readonly Meeting[] {
  const wanted = parseRange(range);
  if (wanted === undefined) return [];
  const meets = ({ version, provides }: LineWords): boolean => {
    if (isCapability(need)) {
      const offered = Object.hasOwn(provides, need) ? (provides[need] ?? '') : '';
      const offer = parseVersion(offered) ?? (offered === '' ? undefined : parseRange(offered));
      return offer !== undefined && offerMeets(offer, wanted);
    }
    const own = parseVersion(version);
    return own !== undefined && satisfies(own, wanted);
  };
  return (isCapability(need) ? (providers.get(need) ?? []) : [need]).flatMap((name) =>
    (components.get(name)?.lines ?? []).flatMap(({ line, says }) =>
      says !== undefined && meets(says) ? [{ name, line, version: says.version }] : [],
    ),
  );
}
