import { isPacked } from '@moby/registry/pack';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

/** Beside the lines: who answers for the component, and texts for its readers. */
const sharedPattern = /^(?:OWNERS\.yaml|(?:readme|licen[cs]e|copying|changelog)(?:\..*)?)$/i;

export const unknownFile: GovernanceRule = ofChange({
  id: 'MOBY-S107',
  name: 'unknown-file',
  severity: 'warning',
  waivableBy: 'owner',
  why: 'What no package holds and nobody reads is a leftover: of an editor, of a crash, of a build. It stays in the history for ever.',
  examples: { fails: '`core.dump` beside package.json', passes: 'a file below `files/` or `test/`' },
  change: [
    {
      name: 'in-line',
      when: 'a line gets a file that its package doesn’t hold and that isn’t below `test/`',
      *find({ merge }): Iterable<Found> {
        for (const [path, entry] of merge.laid) {
          const [, name, line, own] = /^components\/([^/]+)\/([^/]+)\/(.+)$/s.exec(path) ?? [];
          if (entry === undefined || own === undefined || isPacked(own) || own.startsWith('test/') || own.endsWith('/package.json'))
            continue;
          yield {
            repositoryFile: path,
            component: `${name}/${line}`,
            message: `no package holds \`${own}\``,
            help: 'what goes into the machine stands below `files/`, what tests need below `test/`; take the rest away',
          };
        }
      },
    },
    {
      name: 'beside-lines',
      when: 'a component gets a file beside its lines that is neither OWNERS.yaml nor a text for its readers (README, LICENSE, COPYING, CHANGELOG)',
      *find({ merge, touched }): Iterable<Found> {
        for (const { name, shared } of touched.components)
          for (const file of shared)
            if (merge.laid.get(`components/${name}/${file}`) !== undefined && !sharedPattern.test(file) && file !== 'package.json')
              yield {
                repositoryFile: `components/${name}/${file}`,
                component: name,
                message: `beside the lines of \`${name}\`, nobody reads \`${file}\``,
                help: 'what goes into the machine stands in a line, below `files/`; take the rest away',
              };
      },
    },
  ],
});
