import type { DebSource } from '@moby/model';
import type { ComponentSubject } from '../judge/subject.ts';
import { ofComponent, type Clause, type Found, type GovernanceRule } from './rule.ts';

export const sourceRef: GovernanceRule = ofComponent({
  id: 'MOBY-P707',
  name: 'source-ref',
  severity: 'error',
  waivableBy: 'steward',
  why: 'A source is one package of the Debian archive: name, version, place in the pool and digest speak of the same file, and notices name the source package that it was built from. Sources without a full digest are no manifest at all (MOBY-M201).',
  examples: {
    fails: '`redis-tools 5:8.0.2-3` with the path `pool/main/r/redis/redis-tools_8.0.5-1_amd64.deb`',
    passes: 'what `moby-compose component update` writes',
  },
  clauses: [
    source(
      'file-name',
      'the file in the pool is not called for the package, its version and the platform',
      ({ package: name, version, path }, arch) => {
        const named = `${name}_${version.replace(/^[0-9]+:/, '')}`;
        return [`${named}_${arch}.deb`, `${named}_all.deb`].includes(path.slice(path.lastIndexOf('/') + 1));
      },
    ),
    source('folder', 'the folder in the pool is not that of the source package', ({ path, source: from }) => {
      const letter = from.startsWith('lib') ? from.slice(0, 4) : from.slice(0, 1);
      return path.slice(0, path.lastIndexOf('/')).endsWith(`/${letter}/${from}`);
    }),
    source('area', 'the package lies in an area of the archive that the policy doesn’t have', ({ path }, _arch, { policy }) => {
      const area = /^pool\/(?:updates\/)?([^/]+)\//.exec(path)?.[1];
      return area !== undefined && policy.archiveAreas.includes(area);
    }),
    source('suite', 'the package is of a suite that the policy doesn’t have', ({ suite }, _arch, { policy }) =>
      policy.suites.includes(suite),
    ),
  ],
});

function source(
  name: string,
  when: string,
  isRight: (source: DebSource, architecture: string, subject: ComponentSubject) => boolean,
): Clause<ComponentSubject> {
  return {
    name,
    when,
    *find(subject): Iterable<Found> {
      for (const [platform, payload] of Object.entries(subject.manifest.payload.platforms)) {
        const architecture = platform.slice(platform.indexOf('/') + 1);
        for (const [index, one] of payload.sources.entries()) {
          if (one.kind !== 'deb' || isRight(one, architecture, subject)) continue;
          const key = name === 'suite' ? 'suite' : 'path';
          yield {
            at: ['component', 'payload', 'platforms', platform, 'sources', index, key],
            message: `${when}: \`${one.package} ${one.version}\` with \`${one[key]}\``,
            help: 'pin it anew: `moby-compose component update`',
          };
        }
      }
    },
  };
}
