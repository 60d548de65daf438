import type { ChangedComponent, ChangeSubject } from '../review/change-subject.ts';
import { nestedPackages } from './nested-packages.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

export const requiredFiles: GovernanceRule = ofChange({
  id: 'MOBY-S102',
  name: 'required-files',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Somebody answers for a component, a reader learns what it is for, and a line says what it is. Texts of licences are the payload’s own: they are taken from its packages.',
  examples: { fails: 'a component without README.md', passes: 'OWNERS.yaml and README.md beside the lines, package.json in each' },
  change: [
    shared('owners', 'OWNERS.yaml', 'write who answers for it: `lifecycle` and `maintainers`'),
    shared('readme', 'README.md', 'say in a few lines what it is and what it is for'),
    {
      name: 'package',
      when: 'a line that is touched has no `package.json`',
      *find(subject): Iterable<Found> {
        for (const { name, after, lines } of subject.components) {
          for (const line of lines) {
            const contents = after?.lines.get(line);
            const folder = `components/${name}/${line}`;
            // One that lies deeper is MOBY-S103's.
            if (contents === undefined || contents.files.has('package.json') || nestedPackages(contents.files).length > 0) continue;
            yield {
              repositoryFile: folder,
              component: `${name}/${line}`,
              message: `\`${folder}\` has no \`package.json\``,
              help: 'a folder of a component is a line of it; what several lines share stands beside them',
            };
          }
        }
      },
    },
  ],
});

function shared(name: string, file: string, help: string): Clause<ChangeSubject> {
  return {
    name,
    when: `a component that is touched has no \`${file}\``,
    *find({ components }): Iterable<Found> {
      for (const component of components)
        if (lacks(component, file))
          yield {
            repositoryFile: `components/${component.name}`,
            component: component.name,
            message: `\`${component.name}\` has no \`${file}\``,
            help,
          };
    },
  };
}

function lacks({ after }: ChangedComponent, file: string): boolean {
  return after !== undefined && !after.files.includes(file);
}
