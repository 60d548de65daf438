import type { RegistryComponent } from '@moby/model';
import { changedLines } from '../library/changed-lines.ts';
import type { AssemblyAnswer } from '../library/library-change.ts';
import type { LibrarySide } from '../library/library-side.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const conflicts: GovernanceRule = ofChange({
  id: 'MOBY-C607',
  name: 'conflicts',
  severity: 'error',
  waivableBy: 'owner',
  why: 'Two components that write the same path can’t stand in one root, and building refuses them late. Where one says `conflicts`, the resolver knows it and takes another. Paths are known where facts name them (programs, libraries, scripts, links, configuration), and components meet where an assembly of the library has both in one root.',
  examples: { fails: 'both own `/usr/bin/nc`, and neither says `conflicts`', passes: '`"conflicts": {"netcat": "*"}`' },
  change: [
    {
      name: 'same-path',
      when: 'in a root of an assembly a touched component and another one come to own one path',
      *find({ library, touched }): Iterable<Found> {
        const own = new Set(touched.components.map(({ name }) => name));
        const told = new Set<string>();
        for (const { name: assembly, before, after } of library.assemblies) {
          const known = new Set(clashesOf(before).map(keyOf));
          for (const clash of clashesOf(after)) {
            const [name, other] = own.has(clash.name) ? [clash.name, clash.other] : [clash.other, clash.name];
            if (!own.has(name) || known.has(keyOf(clash)) || told.has(keyOf(clash))) continue;
            told.add(keyOf(clash));
            yield {
              repositoryFile: `assemblies/${assembly}/assembly.yaml`,
              component: name,
              message: `\`${clash.path}\` is ${name}’s and ${other}’s, which stand in one root of ${assembly}`,
              help: `leave it out of one of them, or say \`"conflicts": {"${other}": "*"}\``,
            };
          }
        }
      },
    },
    {
      name: 'exclusive',
      when: 'a line offers what another component holds exclusively, and says nothing of it',
      *find({ library, touched }): Iterable<Found> {
        for (const { name, component, file, after, before } of changedLines(library, touched)) {
          for (const capability of Object.keys(after.provides)) {
            if (after.exclusive.includes(capability) || before?.provides[capability] !== undefined) continue;
            const holder = holdersOf(library.after, capability).find((other) => other !== name && after.conflicts[other] === undefined);
            if (holder === undefined) continue;
            yield {
              repositoryFile: file,
              component,
              message: `it offers \`${capability}\`, which ${holder} holds exclusively`,
              help: `say \`"exclusive": ["${capability}"]\`, or \`"conflicts": {"${holder}": "*"}\``,
            };
          }
        }
      },
    },
  ],
});

interface Clash {
  readonly path: string;
  /** Before `other` in the order of names. */
  readonly name: string;
  readonly other: string;
}

function keyOf({ path, name, other }: Clash): string {
  return `${path}\n${name}\n${other}`;
}

function clashesOf(answer: AssemblyAnswer | undefined): readonly Clash[] {
  const { chosen } = answer ?? {};
  if (chosen === undefined) return [];
  return chosen.roots.flatMap(({ components }) => {
    const owners = new Map<string, string>();
    return components.flatMap(({ name, version }) => {
      const component = chosen.components.get(`${name}@${version}`);
      return (component === undefined ? [] : pathsOf(component)).flatMap((path): readonly Clash[] => {
        const owner = owners.get(path) ?? name;
        owners.set(path, owner);
        return owner === name ? [] : [{ path, name: owner, other: name }];
      });
    });
  });
}

/** Absolute paths of files and links that facts name, each once. */
function pathsOf({ facts, manifest }: RegistryComponent): readonly string[] {
  const paths = new Set<string>();
  for (const own of Object.values(facts?.platforms ?? {})) {
    for (const { path } of own.elf) paths.add(path);
    for (const path of own.programs) paths.add(path);
    for (const named of [own.scripts, own.links, own.configs]) for (const path of Object.keys(named ?? {})) paths.add(path);
  }
  for (const { links } of Object.values(manifest.payload.platforms)) for (const path of Object.keys(links)) paths.add(`/${path}`);
  return [...paths];
}

function holdersOf({ components }: LibrarySide, slot: string): readonly string[] {
  return [...components].flatMap(([name, { lines }]) => (lines.some(({ says }) => says?.exclusive.includes(slot) === true) ? [name] : []));
}
