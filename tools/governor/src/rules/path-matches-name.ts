import { nestedPackages } from './nested-packages.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const pathMatchesName: GovernanceRule = ofChange({
  id: 'MOBY-S103',
  name: 'path-matches-name',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Whoever looks for a component finds it by its name, and the owners of the folder are the owners of the name.',
  examples: { fails: '`components/dbus/1` holds `@moby/d-bus`', passes: 'it holds `@moby/dbus`' },
  change: [
    {
      name: 'name',
      when: 'the last part of a package’s name isn’t the name of the component’s folder',
      *find({ components }): Iterable<Found> {
        for (const { name: folder, after, lines } of components) {
          for (const line of lines) {
            const name = after?.lines.get(line)?.name;
            if (name === undefined || name.slice(name.lastIndexOf('/') + 1) === folder) continue;
            yield {
              repositoryFile: `components/${folder}/${line}/package.json`,
              component: `${folder}/${line}`,
              message: `the package \`${name}\` stands in the folder of \`${folder}\``,
              help: 'name one for the other',
            };
          }
        }
      },
    },
    {
      name: 'nesting',
      when: 'a `package.json` that the change brings below `components/` stands neither in `<name>/<line>/` nor below that line’s `files/` or `test/`',
      *find({ merge, touched, components }): Iterable<Found> {
        const paths = [
          ...touched.elsewhere.filter((path) => path === 'components/package.json'),
          ...touched.components
            .filter(({ shared }) => shared.includes('package.json'))
            .map(({ name }) => `components/${name}/package.json`),
          ...components.flatMap(({ name, after, lines }) =>
            lines.flatMap((line) =>
              nestedPackages(after?.lines.get(line)?.files ?? new Map()).map((path) => `components/${name}/${line}/${path}`),
            ),
          ),
        ];
        for (const path of paths)
          if (merge.laid.get(path) !== undefined)
            yield {
              repositoryFile: path,
              message: `\`${path}\` is no place for a component`,
              help: 'a component’s line stands in `components/<name>/<line>/`, no deeper and no higher',
            };
      },
    },
  ],
});
