import { compareVersions, isPrerelease, parseVersion, type Version } from '@moby/model';
import type { PublishedVersion } from '../judge/question.ts';
import type { LibraryComponent } from '../library/library-side.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const latestNotYanked: GovernanceRule = ofChange({
  id: 'MOBY-C610',
  name: 'latest-not-yanked',
  severity: 'error',
  waivableBy: 'steward',
  why: 'Whoever names no version gets the newest. Where that is yanked they get an older one without a word: publish a newer one first, or say that the component is deprecated. What is yanked only a registry knows, so it is judged where somebody says what that has published.',
  examples: { fails: 'the newest release is yanked, and the change brings none', passes: 'the change brings a newer one' },
  change: [
    {
      name: 'newest-yanked',
      when: 'of a touched component the newest stable version is yanked, and it isn’t being given up',
      *find({ library, touched, facts }): Iterable<Found> {
        for (const { name } of touched.components) {
          const component = library.after.components.get(name);
          const npmName = component?.lines.find(({ says }) => says !== undefined)?.says?.npmName;
          if (component === undefined || npmName === undefined || isLeaving(component)) continue;
          const newest = newestOf(facts.published?.[npmName] ?? []);
          if (newest?.state !== 'yanked' || bringsNewer(component, newest.version)) continue;
          yield {
            repositoryFile: `components/${name}/OWNERS.yaml`,
            component: name,
            message: `its newest version, ${newest.version}, is yanked`,
            help: 'bring a newer one, or set `lifecycle: deprecated`',
          };
        }
      },
    },
  ],
});

function isLeaving({ lifecycle }: LibraryComponent): boolean {
  return ['deprecated', 'orphaned', 'quarantined', 'retired'].includes(lifecycle ?? '');
}

function newestOf(published: readonly PublishedVersion[]): PublishedVersion | undefined {
  return published
    .filter(({ version, state }) => !isPrerelease(version) && state !== 'deleted')
    .reduce<PublishedVersion | undefined>(
      (newest, one) => (newest === undefined || compareVersions(one.version, newest.version) > 0 ? one : newest),
      undefined,
    );
}

function bringsNewer({ lines }: LibraryComponent, than: Version): boolean {
  return lines.some(({ says }) => {
    const version = says === undefined ? undefined : parseVersion(says.version);
    return version !== undefined && !isPrerelease(version) && compareVersions(version, than) > 0;
  });
}
