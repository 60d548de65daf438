import { Failure, type ComponentName } from '@moby/model';
import { addCopyrights } from './add-copyrights.ts';
import { chooseUnit } from '../unit/choose-unit.ts';
import { closeOver, type ClosureContext, type MissingLibrary } from './close-over.ts';
import { followLinks, keepLinks, keepMain, keepNamedPrograms } from './keep-main.ts';
import { keepOptional, type Omission } from './keep-optional.ts';
import { keepPatterns } from './keep-patterns.ts';
import type { LibraryOffers } from './library-offers.ts';
import { readMaintainerScripts, type ScriptFindings } from '../package/maintainer-scripts.ts';
import type { FoundPackage, OpenedPackage, PackageShelf } from '../package/package-shelf.ts';
import { memberNames, pathsOfRole, payloadMembers, type Member } from './payload-members.ts';
import { pruneScripts } from './prune-scripts.ts';
import { danglingLinks, keepPath, selectPackage, type Selection } from './selection.ts';
import { readUnitFile, type UnitFile } from '../unit/unit-file.ts';

/** What a component is made of on one platform. */
export interface PayloadPlan {
  readonly selection: Selection;
  readonly members: readonly Member[];
  readonly names: readonly string[];
  readonly missing: readonly MissingLibrary[];
  readonly omitted: readonly Omission[];
  readonly interpreters: readonly ComponentName[];
  readonly units: readonly UnitFile[];
  readonly unit: UnitFile | undefined;
  readonly scripts: ScriptFindings;
}

export interface PlanRequest {
  readonly component: string;
  readonly found: FoundPackage;
  readonly shelf: PackageShelf;
  readonly offers: LibraryOffers;
  /** Of a package of libraries: those that are asked for. All of them where it is missing. */
  readonly sonames?: readonly string[];
}

/**
 * Chooses what is kept of a package, and which others of its source are taken too (docs/reference/component-new.md). Throws
 * `invalid-input` where nothing of it can be kept.
 */
export async function planPayload(request: PlanRequest): Promise<PayloadPlan> {
  const { component, shelf, offers } = request;
  const main = await shelf.open(request.found);
  const members = request.sonames === undefined ? await payloadMembers(main, shelf) : [{ opened: main, isWhole: true }];
  const names = memberNames(component, members);
  const units = members.flatMap(({ opened }) => unitsOf(opened, names));
  const unit = chooseUnit(units, names);
  const scripts = readMaintainerScripts(
    members.flatMap(({ opened }) => ['preinst', 'postinst'].flatMap((name) => opened.control.get(name) ?? [])),
  );
  const selection: Selection = { platform: shelf.platform, packages: new Map(), links: new Map(), documents: new Set() };
  for (const { opened } of members) selectPackage(selection, opened);
  keepMain({ members, names, selection, unit, sonames: request.sonames });
  keepLinks(selection, scripts.alternatives);
  await followLinks(selection, { main, shelf });
  const context: ClosureContext = { selection, shelf, offers };
  keepNamedPrograms(selection);
  const missing = await closeOver(context);
  const left = keepOptional(optionalPaths(selection, names), { ...context, missing });
  if (request.sonames === undefined) keepData(selection, members, names);
  keepLinks(selection, scripts.links);
  const pruned = await pruneScripts(selection, offers);
  dropDangling(selection);
  if ([...selection.packages.values()].every((selected) => keepPatterns(selected).length === 0)) throw nothingKept(main, shelf);
  await addCopyrights(selection, shelf);
  return {
    selection,
    members,
    names,
    missing,
    omitted: [...left, ...pruned.omitted],
    interpreters: pruned.interpreters,
    units,
    unit,
    scripts,
  };
}

function unitsOf(opened: OpenedPackage, names: readonly string[]): readonly UnitFile[] {
  return pathsOfRole(opened, 'unit', names).flatMap((path) => {
    const entry = opened.entries.get(path);
    return entry?.kind === 'file' ? [readUnitFile(path.slice(path.lastIndexOf('/') + 1), Buffer.from(entry.bytes).toString('utf8'))] : [];
  });
}

function optionalPaths(selection: Selection, names: readonly string[]): Parameters<typeof keepOptional>[0] {
  return [...selection.packages.values()].flatMap((selected) => {
    const elf = new Set(selected.opened.facts.elf.map(({ path }) => path.slice(1)));
    return ['support' as const, 'library' as const].flatMap((role) =>
      pathsOfRole(selected.opened, role, names)
        .filter((path) => !selected.kept.has(path) && (elf.has(path) || selected.opened.entries.get(path)?.kind === 'symlink'))
        .map((path) => ({ selected, path })),
    );
  });
}

/** Configuration, data, and what lies beside plugins without being one. */
function keepData(selection: Selection, members: readonly Member[], names: readonly string[]): void {
  for (const { opened } of members) {
    const selected = selectPackage(selection, opened);
    const elf = new Set(opened.facts.elf.map(({ path }) => path.slice(1)));
    for (const path of [...pathsOfRole(opened, 'configuration', names), ...pathsOfRole(opened, 'data', names)]) keepPath(selected, path);
    for (const path of pathsOfRole(opened, 'support', names))
      if (!elf.has(path) && opened.entries.get(path)?.kind === 'file') keepPath(selected, path);
  }
}

/** A link without its end would only be a riddle. */
function dropDangling(selection: Selection): void {
  for (let dangling = danglingLinks(selection); dangling.size > 0; dangling = danglingLinks(selection))
    for (const { kept } of selection.packages.values()) for (const link of dangling.keys()) kept.delete(link);
}

function nothingKept(main: OpenedPackage, shelf: PackageShelf): Failure {
  const { package: name, suite } = main.pin;
  const others = main.depends.filter((other) => shelf.find(other) !== undefined).slice(0, 8);
  return new Failure({
    code: 'invalid-input',
    message: `\`${name}\` has no program, library, configuration or data that a component could keep`,
    hints: others.length === 0 ? [] : [`perhaps one of those that it depends on, as deb:${others[0] ?? ''}@${suite}: ${others.join(', ')}`],
  });
}
