import { Failure, upstreamOf, type ComponentName, type Notice, type Version } from '@moby/model';
import { pageLimits } from './limits.ts';
import type { PageComponent, PageRegistry } from './page-registry.ts';

/** A line with its newest version; `versions` are all of it, newest first. */
export interface ReadLine {
  readonly line: string;
  readonly component: PageComponent;
  readonly versions: readonly Version[];
}

export interface ReadLines {
  /** Newest first. */
  readonly lines: readonly ReadLine[];
  readonly unreadable: readonly Version[];
  readonly notices: ReadonlyMap<Version, Notice>;
}

/**
 * The lines of a component. Of each line the newest version is read that isn't yanked, or else the newest one. A version that can't be read is
 * passed over, so that one of many spoils no page.
 */
export async function readLines(registry: PageRegistry, name: ComponentName): Promise<ReadLines> {
  const notices = await registry.notices(name);
  const isYanked = (version: Version): boolean => notices.get(version)?.kind === 'yanked';
  const byLine = new Map<string, Version[]>();
  for (const version of [...(await registry.versions(name))].reverse()) {
    const line = (await registry.line(name, version)) || upstreamOf(version).split('.').slice(0, 2).join('.');
    byLine.set(line, [...(byLine.get(line) ?? []), version]);
  }
  const lines: ReadLine[] = [];
  const unreadable: Version[] = [];
  for (const [line, versions] of byLine) {
    if (lines.length === pageLimits.lines) break;
    for (const version of [...versions.filter((one) => !isYanked(one)), ...versions.filter(isYanked)]) {
      const component = await readable(registry, name, version);
      if (component !== undefined) {
        lines.push({ line, component, versions });
        break;
      }
      unreadable.push(version);
    }
  }
  return { lines, unreadable, notices };
}

async function readable(registry: PageRegistry, name: ComponentName, version: Version): Promise<PageComponent | undefined> {
  try {
    return await registry.component(name, version);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
