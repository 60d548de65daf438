import type { CreatedComponent, NewReport, SkeletonReport } from '@moby/composer';
import { bold, dim, yellow, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import type { OwnerFlags } from '../author/new-owner.ts';
import { quoted } from '../typed-again.ts';

/** What was typed, as far as the commands to type next need it again. */
export interface TypedNew {
  readonly from: { readonly package: string; readonly suite: string };
  readonly line?: string | undefined;
  readonly owner?: OwnerFlags | undefined;
  readonly components?: readonly string[] | undefined;
  readonly debianMirror?: string | undefined;
}

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
    ...table(findings(created, { missing, unfound }), { indent: '' }),
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

function findings(
  created: readonly CreatedComponent[],
  { missing, unfound }: Pick<NewReport, 'missing' | 'unfound'>,
): readonly (readonly Line[])[] {
  const main = created.at(-1);
  if (main === undefined) return [];
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
  for (const [platform, components] of lacking(created)) row(`missing on ${platform}`, [components.join(', ')], true);
  row('guessed, please check', main.guesses, true);
  row(
    'still to be written',
    created.flatMap(({ blanks }) => blanks),
    true,
  );
  row(
    'not in the library',
    missing.map(({ component, package: name }) => `${component}, of ${name}`),
    true,
  );
  row('nobody has', unfound, true);
  return rows;
}

/** Platform → components that are needed on it and not made for it. */
function lacking(created: readonly CreatedComponent[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { component, lacks } of created.flatMap(({ needs }) => needs))
    for (const platform of lacks) found.set(platform, (found.get(platform) ?? new Set()).add(component));
  return new Map([...found].map(([platform, components]) => [platform, [...components].sort()]));
}

function privileges({ service }: CreatedComponent): string {
  if (service === undefined) return 'no service';
  const granted = [...(service.user === 'root' ? ['root'] : []), ...service.capabilities];
  return granted.length === 0 ? 'no privileges' : `privileges: ${granted.join(', ')}`;
}

/** The commands to type next; several libraries come with one. */
export function nextAfterNew({ created, missing }: NewReport, typed: TypedNew): readonly Line[] {
  const main = created.at(-1);
  if (main === undefined) return [];
  const { from, line, owner = {}, components, debianMirror: mirror } = typed;
  const places = flagWords('components', components);
  const owned = (['owner', 'owner-github', 'owner-id'] as const).flatMap((flag) =>
    flagWords(flag, owner[flag] === undefined ? [] : [owner[flag]]),
  );
  const again = [...owned, ...places, ...flagWords('debian-mirror', mirror === undefined ? [] : [mirror])];
  const [library, ...others] = missing;
  const name = main.component.split('/')[0] ?? '';
  const all = [`component new ${name} --from deb:${from.package}@${from.suite}`, ...flagWords('line', line === undefined ? [] : [line])];
  const one =
    library === undefined ? [] : [[`component new ${library.name} --from deb:${library.package}@${library.suite}`, ...again].join(' ')];
  const several = [...all, '--with-libraries --force', ...again].join(' ');
  const commands = [
    ...(others.length > 0 ? [several] : one),
    ['component validate', ...created.map(({ component }) => component), ...places].join(' '),
  ];
  return [[], ['next:'], ...commands.map((text): Line => [command(text)])];
}

function flagWords(flag: string, values: readonly string[] = []): readonly string[] {
  return values.map((value) => `--${flag} ${quoted(value)}`);
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

export function nextAfterSkeleton({ component }: SkeletonReport, { components }: Pick<TypedNew, 'components'>): readonly Line[] {
  const places = flagWords('components', components);
  const commands = ['build', 'validate'].map((verb): Line => [command([`component ${verb} ${component}`, ...places].join(' '))]);
  return [[], ['next:'], ...commands];
}

function command(text: string): string {
  return `  npx moby-compose ${text}`;
}
