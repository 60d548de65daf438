import { isOfTree } from '@moby/registry';
import type { Merge } from '../merge/merge-changes.ts';

/** Names of the components of which a change touches more than what people read: what a resolution or a check could look at. */
export function touchedTrees(laid: Merge['laid']): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of laid.keys()) {
    const [top, name, line, ...rest] = path.split('/');
    if (top !== 'components' || name === undefined || line === undefined || rest.length === 0) continue;
    const own = rest.join('/');
    if (isOfTree(own) || own === 'kernel-symbols.json') names.add(name);
  }
  return names;
}
