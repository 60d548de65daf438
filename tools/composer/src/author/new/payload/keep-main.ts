import { Failure } from '@moby/model';
import type { ScriptFindings } from '../package/maintainer-scripts.ts';
import type { FoundPackage, OpenedPackage, PackageShelf } from '../package/package-shelf.ts';
import type { UnitFile } from '../unit/unit-file.ts';
import { unitCommand } from '../unit/unit-command.ts';
import { libraryPath } from './find-library.ts';
import { pathsOfRole, type Member } from './payload-members.ts';
import { danglingLinks, keepPath, selectPackage, type Selection } from './selection.ts';

export interface MainFiles {
  readonly members: readonly Member[];
  readonly names: readonly string[];
  readonly selection: Selection;
  readonly unit: UnitFile | undefined;
  readonly sonames: readonly string[] | undefined;
}

/** Programs on PATH and what the unit starts; without any, programs of other `bin` folders; without those, libraries. */
export function keepMain({ members, names, selection, unit, sonames }: MainFiles): void {
  const whole = members.filter(({ isWhole }) => isWhole).map(({ opened }) => selectPackage(selection, opened));
  if (sonames !== undefined) {
    for (const selected of whole) {
      for (const soname of sonames) {
        const path = libraryPath(selected.opened, soname);
        if (path !== undefined) keepPath(selected, path);
      }
    }
    return;
  }
  for (const selected of whole) for (const path of pathsOfRole(selected.opened, 'program', names)) keepPath(selected, path);
  const started = unit === undefined ? undefined : unitCommand({ unit, readFile: () => undefined })?.args[0]?.slice(1);
  for (const { opened } of members) {
    const selected = selectPackage(selection, opened);
    if (started !== undefined && opened.entries.has(started)) keepPath(selected, started);
  }
  if (whole.some(({ kept }) => kept.size > 0)) return;
  for (const selected of whole) {
    const programs = selected.opened.facts.elf.filter(({ path, interpreter }) => interpreter !== undefined && /\/s?bin\/[^/]+$/.test(path));
    for (const { path } of programs) keepPath(selected, path.slice(1));
    if (programs.length === 0) for (const path of pathsOfRole(selected.opened, 'library', names)) keepPath(selected, path);
  }
}

/** Links that maintainer scripts would make, where what they lead to is kept and no file stands in their place. */
export function keepLinks(selection: Selection, links: ScriptFindings['links']): void {
  const kept = new Set([...selection.packages.values()].flatMap(({ kept: own }) => [...own]));
  for (const [link, target] of Object.entries(links)) {
    const [from, to] = [link.slice(1), target.slice(1)];
    if (!kept.has(to) || kept.has(from)) continue;
    const isBeside = from.slice(0, from.lastIndexOf('/')) === to.slice(0, to.lastIndexOf('/'));
    selection.links.set(from, isBeside ? to.slice(to.lastIndexOf('/') + 1) : target);
  }
}

/** Programs that are links into other packages of the same source bring what they lead to. */
export async function followLinks(
  selection: Selection,
  { main, shelf }: { readonly main: OpenedPackage; readonly shelf: PackageShelf },
): Promise<void> {
  const dangling = danglingLinks(selection);
  if (dangling.size === 0) return;
  for (const name of main.depends) {
    const found = shelf.find(name);
    if (found === undefined || found.package.source !== main.pin.source) continue;
    const opened = await shelf.open(found);
    for (const target of dangling.values()) if (opened.entries.has(target)) keepPath(selectPackage(selection, opened), target);
  }
  const hasProgram = [...selection.packages.values()].some(({ opened, kept }) =>
    opened.facts.elf.some(({ path }) => kept.has(path.slice(1))),
  );
  const [first] = danglingLinks(selection);
  if (hasProgram || first === undefined) return;
  const other = await holderOf(first[1], main, shelf);
  if (other !== undefined) throw leadsElsewhere(main, { link: first[0], target: first[1], other });
}

const maxHolders = 12;

/** Which of the packages that are depended on has a file. */
async function holderOf(path: string, main: OpenedPackage, shelf: PackageShelf): Promise<FoundPackage | undefined> {
  for (const name of main.depends.slice(0, maxHolders)) {
    const found = shelf.find(name);
    if (found !== undefined && (await shelf.open(found)).entries.has(path)) return found;
  }
  return undefined;
}

/** Programs below /usr/lib whose path a kept program carries in its bytes are started by it. */
export function keepNamedPrograms(selection: Selection): void {
  for (const selected of selection.packages.values()) {
    const helpers = selected.opened.facts.programs.map((path) => path.slice(1)).filter((path) => /^usr\/lib(?:exec)?\//.test(path));
    if (helpers.length === 0) continue;
    const programs = [...selected.kept].flatMap((path) => {
      const entry = selected.opened.entries.get(path);
      return entry?.kind === 'file' ? [Buffer.from(entry.bytes.buffer, entry.bytes.byteOffset, entry.bytes.length)] : [];
    });
    for (const helper of helpers) if (programs.some((bytes) => bytes.includes(`/${helper}\0`))) keepPath(selected, helper);
  }
}

function leadsElsewhere(
  main: OpenedPackage,
  { link, target, other }: { readonly link: string; readonly target: string; readonly other: FoundPackage },
): Failure {
  const { package: name, suite } = main.pin;
  return new Failure({
    code: 'invalid-input',
    message: `\`${name}\` is a name for another package: \`/${link}\` leads to \`/${target}\`, which \`${other.package.package}\` has, of the source \`${other.package.source}\``,
    hints: [`take that one: --from deb:${other.package.package}@${suite}`],
  });
}
