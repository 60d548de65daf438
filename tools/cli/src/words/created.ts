import type { CreatedComponent, NewReport, SkeletonReport } from '@moby/composer';
import { bold, dim, yellow, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

/** What `component new` has made, component by component, and what it has found out. */
export function createdLines({ created, missing, unfound }: NewReport, place: string): readonly Line[] {
  const main = created.at(-1);
  if (main === undefined) return [];
  return [
    ...table(
      created.map((component) => fileRow(component, place)),
      { indent: '' },
    ),
    ...besideLines(created, place),
    [],
    ...table(findings(main, { missing, unfound }), { indent: '' }),
  ];
}

function fileRow({ component, pins }: CreatedComponent, place: string): readonly Line[] {
  const packages = [...new Set(pins.map((pin) => pin.package))];
  const platforms = [...new Set(pins.map(({ platform }) => platform))];
  const named = packages.length === 1 ? (packages[0] ?? '') : `${packages.length} packages`;
  return [[bold(`${place}/${component}/package.json`)], [`pins ${named} for ${platforms.join(', ')}`]];
}

function besideLines(created: readonly CreatedComponent[], place: string): readonly Line[] {
  return created.flatMap(({ component, files }) => {
    const name = component.split('/')[0] ?? component;
    const beside = files
      .filter((file) => file.startsWith(`${name}/`) && file.split('/').length === 2)
      .map((file) => file.slice(name.length + 1));
    if (beside.length === 0) return [];
    return [[`${place}/${name}/${beside.length === 1 ? (beside[0] ?? '') : `{${[...beside].sort().reverse().join(',')}}`}`]];
  });
}

function findings(main: CreatedComponent, { missing, unfound }: Pick<NewReport, 'missing' | 'unfound'>): readonly (readonly Line[])[] {
  const rows: (readonly Line[])[] = [];
  const row = (key: string, values: readonly string[], warn = false): void =>
    values.forEach((value, index) => rows.push([[index === 0 ? dim(key) : ''], [warn ? yellow(value) : value]]));
  const needs = main.needs.map(({ component, range }) => `${component} ${range}`.trim());
  row('read in the binaries', [[...needs, privileges(main)].join(', ')]);
  row('license', [main.license]);
  row(
    'left out',
    main.omitted.map(({ paths, reason }) =>
      paths.length === 1 ? `/${paths[0] ?? ''}: ${reason}` : `${paths.length} files: each ${reason}`,
    ),
  );
  row(
    'not made for',
    main.without.map(({ platform, reason }) => `${platform}: ${reason}`),
  );
  row('guessed, please check', main.guesses, true);
  row('still to be written', main.blanks, true);
  row(
    'not in the library',
    missing.map(({ component, package: name }) => `${component}, of ${name}`),
    true,
  );
  row('nobody has', unfound, true);
  return rows;
}

function privileges({ service }: CreatedComponent): string {
  if (service === undefined) return 'no service';
  const granted = [...(service.user === 'root' ? ['root'] : []), ...service.capabilities];
  return granted.length === 0 ? 'no privileges' : `privileges: ${granted.join(', ')}`;
}

/** The commands to type next; several libraries come with one. */
export function nextAfterNew({ created, missing }: NewReport, from: { readonly package: string; readonly suite: string }): readonly Line[] {
  const main = created.at(-1);
  if (main === undefined) return [];
  const [library, ...others] = missing;
  const name = main.component.split('/')[0] ?? '';
  const all = [`component new ${name} --from deb:${from.package}@${from.suite} --with-libraries --force`];
  const one = library === undefined ? [] : [`component new ${library.name} --from deb:${library.package}@${library.suite}`];
  const commands = [...(others.length > 0 ? all : one), `component validate ${main.component}`];
  return [[], ['next:'], ...commands.map((text): Line => [command(text)])];
}

export function skeletonLines({ component, files, blanks }: SkeletonReport, place: string): readonly Line[] {
  return [
    ...files.map((file): Line => [file === `${component}/package.json` ? bold(`${place}/${file}`) : `${place}/${file}`]),
    [],
    ...table(
      blanks.map((text, index) => [[index === 0 ? dim('to be written') : ''], [text]]),
      { indent: '' },
    ),
  ];
}

export function nextAfterSkeleton({ component }: SkeletonReport): readonly Line[] {
  return [[], ['next:'], [command(`component build ${component}`)], [command(`component validate ${component}`)]];
}

function command(text: string): string {
  return `  npx moby-compose ${text}`;
}
