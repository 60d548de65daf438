import { parseComponentName, type ComponentName, type Manifest } from '@moby/model';
import type { LibraryOffers } from './payload/library-offers.ts';

/** A component that another one will be given in its root, as a person would write it. */
export interface NeededComponent {
  readonly component: ComponentName;
  /** `>=2.38` where upstream counts its symbol versions as its releases, as the C library does; else the newest version that fits. */
  readonly range: string;
}

const prefix = 'soname:';

/** Who meets what a manifest requires, each once; the C library first. */
export function neededComponents({ requires }: Pick<Manifest, 'requires'>, offers: LibraryOffers): readonly NeededComponent[] {
  const needed = new Map<ComponentName, string>();
  const capabilities = Object.keys(requires).filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'));
  for (const capability of capabilities) {
    const families = Object.entries(requires).filter(([name]) => name.startsWith(`${capability}/`));
    const asked: Record<string, string> = { [capability]: '*' };
    for (const [name, { range }] of families) asked[name] = range;
    const offer = offers.library({ soname: capability.slice(prefix.length), requires: asked });
    if (offer === undefined) continue;
    const [major = '', minor = ''] = offer.version.split('.');
    const own = families.find(([name]) => offer.provides[name]?.startsWith(`${major}.${minor}.`) === true);
    const range = own === undefined || own[1].range === '*' ? `${major}.${minor}` : own[1].range.replace(/\.0$/, '');
    needed.set(offer.component, stricter(needed.get(offer.component), range));
  }
  for (const [name, { range }] of Object.entries(requires)) {
    const component = parseComponentName(name);
    if (component !== undefined && !needed.has(component)) needed.set(component, range === '*' ? '' : range);
  }
  return [...needed]
    .map(([component, range]) => ({ component, range }))
    .sort((a, b) => Number(b.component === 'glibc') - Number(a.component === 'glibc') || (a.component < b.component ? -1 : 1));
}

/** A bound says more than a version that happens to fit, and a later bound more than an earlier one. */
function stricter(before: string | undefined, range: string): string {
  if (before === undefined) return range;
  if (before.startsWith('>=') !== range.startsWith('>=')) return before.startsWith('>=') ? before : range;
  return before.localeCompare(range, 'en', { numeric: true }) >= 0 ? before : range;
}
