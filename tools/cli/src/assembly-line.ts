import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Assembly, ComposeRequest, Line } from '@moby/composer';
import { openLine } from '@moby/composer/line';
import { Failure, isPlatform, nearest, platforms, type Judged, type Platform } from '@moby/model';
import { segmentLevel, type AssemblyFlags } from './assembly-flags.ts';
import type { Session } from './moby-command.ts';
import { placesOf, type PlaceFlags } from './places.ts';
import { surroundingsOf } from './surroundings.ts';
import { variationOf } from './variation-of.ts';

/** The line, what is asked of it, and the assembly that it is asked about. */
export interface OpenedAssembly {
  readonly line: Line;
  readonly request: ComposeRequest;
  readonly assembly: Assembly;
}

/** Opens the line and parses the assembly. Throws `usage` for flags that can't be, and where no assembly is meant. */
export async function openAssembly(named: string | undefined, flags: AssemblyFlags, session: Session): Promise<Judged<OpenedAssembly>> {
  const asked = parsePlatform(flags.platform);
  const name = named ?? (await chooseAssembly(flags));
  const variation = variationOf(flags);
  const line = await openLine(await surroundingsOf(flags, session));
  const parsed = await line.parse(name, variation);
  if (!parsed.ok) return parsed;
  const assembly = parsed.value;
  const platform = asked ?? assembly.platforms[0] ?? 'linux/amd64';
  const policy = { locked: flags.locked === true || flags.frozen === true, offline: flags.offline === true || flags.frozen === true };
  return {
    ok: true,
    findings: parsed.findings,
    value: {
      line,
      assembly,
      request: {
        assembly: name,
        platform,
        variation,
        policy,
        out: flags.out === undefined ? undefined : relative(process.cwd(), resolve(flags.out)),
        level: segmentLevel,
      },
    },
  };
}

export function parsePlatform(text: string | undefined): Platform | undefined {
  if (text === undefined || isPlatform(text)) return text;
  const meant = nearest(text, platforms);
  throw new Failure({
    code: 'usage',
    message: `\`${text}\` is not a platform: ${platforms.map((platform) => `\`${platform}\``).join(', ')}`,
    hints: meant === undefined ? [] : [`did you mean \`--platform ${meant}\`?`],
  });
}

/**
 * Which assembly is meant where none is named: that of this folder or the nearest above it, else the library's only
 * one. Throws `usage` with the known ones.
 */
export async function chooseAssembly(flags: PlaceFlags): Promise<string> {
  const currentFolder = process.cwd();
  const { library } = await placesOf(flags, currentFolder);
  for (let folder = currentFolder; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'assembly.yaml'))) return relative(currentFolder, join(folder, 'assembly.yaml'));
    if (folder === library || dirname(folder) === folder) break;
  }
  const known = library === undefined ? [] : await assembliesOf(library);
  const [only] = known;
  if (only !== undefined && known.length === 1) return only;
  throw new Failure({
    code: 'usage',
    message: 'which assembly? there is no assembly.yaml in this folder or above it',
    hints:
      only === undefined
        ? ['name a folder or a file: moby-compose assemble FILE']
        : [`known here: ${known.join(', ')}`, `for example: moby-compose assemble ${only}`],
  });
}

async function assembliesOf(library: string): Promise<readonly string[]> {
  const entries = await readdir(join(library, 'assemblies'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(library, 'assemblies', entry.name, 'assembly.yaml')))
    .map((entry) => entry.name)
    .sort();
}
