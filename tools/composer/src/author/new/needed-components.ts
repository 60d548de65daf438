import { parseComponentName, platforms, type ComponentName, type Manifest, type Platform, type Requirement } from '@moby/model';
import type { LibraryOffers } from './payload/library-offers.ts';

/** A component that another one will be given in its root, as a person would write it. */
export interface NeededComponent {
  readonly component: ComponentName;
  /** `>=2.38` where upstream counts its symbol versions as its releases, as the C library does; else the newest version that fits. */
  readonly range: string;
  /** Platforms of the one that needs it that it is not made for. */
  readonly lacks: readonly Platform[];
}

const prefix = 'soname:';

/** Who meets what a manifest requires, each once; the C library first. */
export function neededComponents(
  { requires, payload }: Pick<Manifest, 'requires' | 'payload'>,
  offers: LibraryOffers,
): readonly NeededComponent[] {
  const needed = new Map<ComponentName, string>();
  const lacks = new Map<ComponentName, Set<Platform>>();
  const lack = (component: ComponentName, platform: Platform): void =>
    void lacks.set(component, (lacks.get(component) ?? new Set()).add(platform));
  const askedBy = ({ platforms: only = platforms }: Requirement): readonly Platform[] =>
    only.filter((platform) => payload.platforms[platform] !== undefined);
  const capabilities = Object.entries(requires).filter(([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'));
  for (const [capability, requirement] of capabilities) {
    const families = Object.entries(requires).filter(([name]) => name.startsWith(`${capability}/`));
    const asked: Record<string, string> = { [capability]: '*' };
    for (const [name, { range }] of families) asked[name] = range;
    for (const platform of askedBy(requirement)) {
      const offer = offers.library({ soname: capability.slice(prefix.length), requires: asked }, platform);
      if (offer === undefined) continue;
      const [major = '', minor = ''] = offer.version.split('.');
      const own = families.find(([name]) => offer.provides[name]?.startsWith(`${major}.${minor}.`) === true);
      const range = own === undefined || own[1].range === '*' ? `${major}.${minor}` : own[1].range.replace(/\.0$/, '');
      needed.set(offer.component, stricter(needed.get(offer.component), range));
      if (!offer.platforms.includes(platform)) lack(offer.component, platform);
    }
  }
  for (const [name, requirement] of Object.entries(requires)) {
    const component = parseComponentName(name);
    if (component === undefined) continue;
    if (!needed.has(component)) needed.set(component, requirement.range === '*' ? '' : requirement.range);
    for (const platform of askedBy(requirement))
      if (offers.lines(component).every((offer) => !offer.platforms.includes(platform))) lack(component, platform);
  }
  return [...needed]
    .map(([component, range]) => ({ component, range, lacks: [...(lacks.get(component) ?? [])].sort() }))
    .sort((a, b) => Number(b.component === 'glibc') - Number(a.component === 'glibc') || (a.component < b.component ? -1 : 1));
}

/** A bound says more than a version that happens to fit, and a later bound more than an earlier one. */
function stricter(before: string | undefined, range: string): string {
  if (before === undefined) return range;
  if (before.startsWith('>=') !== range.startsWith('>=')) return before.startsWith('>=') ? before : range;
  return before.localeCompare(range, 'en', { numeric: true }) >= 0 ? before : range;
}
