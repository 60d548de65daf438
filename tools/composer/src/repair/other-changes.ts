import { moduleName, type Edge } from '@moby/abi';
import { parseRange, type ComponentName, type ModuleFacts } from '@moby/model';
import type { MissingPart } from '../check/missing-part.ts';
import type { Assembly, Entry } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { Candidate } from './candidates.ts';

const volumeBytes = 4_000_000_000;

/** Changes of the assembly itself, beside other versions and further components. */
export function otherChanges(
  edge: Edge,
  { assembly, resolution }: { readonly assembly: Assembly; readonly resolution: Resolution },
): readonly Candidate[] {
  return [
    ...leftOutModule(edge, assembly),
    ...leftOutDependents(edge, assembly, resolution),
    ...largerProcessor(edge, assembly),
    ...leftOutArgument(edge, assembly),
    ...sparingArgument(edge, assembly, resolution),
    ...leftOutVariable(edge, assembly),
  ];
}

/** The component allowed again, where the assembly forbids the one that would help. */
export function allowedAgain(assembly: Assembly, name: ComponentName): readonly Candidate[] {
  const forbidden = assembly.forbidden.filter((wish) => wish.name !== name);
  if (forbidden.length === assembly.forbidden.length) return [];
  return [{ name, wish: `\`without: ${name}\` left out`, assembly: { ...assembly, forbidden } }];
}

/** An entry that runs what has to be run, and the disk that it mounts. */
export function addedPart({ finding, run, volume }: MissingPart, assembly: Assembly): readonly Candidate[] {
  const volumes = volume === undefined ? assembly.volumes : [...assembly.volumes, { name: volume, sizeBytes: volumeBytes }];
  const wishes = [
    ...(run === undefined ? [] : [`${run.section}: [{ component: ${run.name} }]`]),
    ...(volume === undefined ? [] : [`volumes: [{ name: ${volume}, size: 4GB }]`]),
  ];
  const range = parseRange('*');
  const place = finding.place ?? { file: assembly.file, line: 1, column: 1, length: 1, text: '' };
  const added: readonly Entry[] =
    run === undefined || range === undefined
      ? []
      : [
          {
            section: run.section,
            name: run.name,
            wish: { name: run.name, range, where: run.section },
            with: [],
            constraints: [],
            ports: [],
            place,
          },
        ];
  const name = run?.name ?? volume ?? '';
  return [{ name, wish: wishes.join(' and '), assembly: { ...assembly, volumes, entries: [...added, ...assembly.entries] } }];
}

function leftOutModule({ rule, from, need }: Edge, assembly: Assembly): readonly Candidate[] {
  const isOwn = rule === 'kernel.module-present' && from.component === assembly.name;
  return isOwn ? withoutModules(assembly, need, new Set([need])) : [];
}

/** Of the modules that the assembly asks for, those which can't be loaded without the one that the kernel lacks. */
function leftOutDependents({ rule, from, need }: Edge, assembly: Assembly, resolution: Resolution): readonly Candidate[] {
  const facts = rule === 'kernel.module-depends' ? resolution.components.get(`${from.component}@${from.version}`)?.facts : undefined;
  const kernels = Object.values(facts?.platforms ?? {}).flatMap(({ kernel }) => kernel ?? []);
  return withoutModules(assembly, need, new Set(kernels.flatMap(({ modules }) => dependentsOf(need, modules))));
}

/** `names` as the kernel has them; what the assembly asks for is written as it likes. */
function withoutModules(assembly: Assembly, need: string, names: ReadonlySet<string>): readonly Candidate[] {
  const left = assembly.modules.filter((name) => names.has(moduleName(name)));
  if (left.length === 0) return [];
  const modules = assembly.modules.filter((name) => !left.includes(name));
  return [{ name: need, wish: `${left.join(' and ')} left out of \`kernel.modules\``, assembly: { ...assembly, modules } }];
}

/** The names of the modules that need one to be loaded first, however far away; of the lacking one only who depends on it. */
function dependentsOf(need: string, modules: Readonly<Record<string, ModuleFacts>>): readonly string[] {
  const found = new Set([need]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const [name, { depends, before: earlier }] of Object.entries(modules))
      if (depends.some((one) => found.has(one)) || earlier.some((one) => one !== need && found.has(one))) found.add(name);
  }
  return [...found];
}

function largerProcessor({ rule, need }: Edge, assembly: Assembly): readonly Candidate[] {
  const level = rule === 'cpu.isa' ? /^x86-64-v([1-4])$/.exec(need)?.[1] : undefined;
  if (level === undefined) return [];
  return [{ name: 'processor', wish: `processor: ${need}`, assembly: { ...assembly, cpuLevel: Number(level) } }];
}

/** `--firewall-backend=nftables` of an engine that can't. */
function leftOutArgument({ rule, root, need, offer }: Edge, assembly: Assembly): readonly Candidate[] {
  const flag = rule === 'netfilter.backend' ? [need, offer ?? ''].find((text) => text.startsWith('--'))?.split('=')[0] : undefined;
  const args = assembly.entries.find(({ name }) => name === root)?.args;
  if (flag === undefined || args === undefined) return [];
  const left = args.filter((arg, index) => arg !== flag && !arg.startsWith(`${flag}=`) && args[index - 1] !== flag);
  return [{ name: flag, wish: `${flag} left out of \`args\``, root, assembly: withArgs(assembly, root, left) }];
}

/** `the API 1.99 (DOCKER_API_VERSION)`: a version that the assembly forces. */
function leftOutVariable({ rule, root, need }: Edge, assembly: Assembly): readonly Candidate[] {
  const variable = rule === 'docker.api-window' ? /\(([A-Z_]+)\)$/.exec(need)?.[1] : undefined;
  if (variable === undefined || assembly.entries.find(({ name }) => name === root)?.env?.[variable] === undefined) return [];
  const without = (entry: Entry): Entry => {
    const env = Object.fromEntries(Object.entries(entry.env ?? {}).filter(([name]) => name !== variable));
    return entry.name === root ? { ...entry, env } : entry;
  };
  return [
    { name: variable, wish: `${variable} left out of \`env\``, root, assembly: { ...assembly, entries: assembly.entries.map(without) } },
  ];
}

/** What makes a container do without a program, as its manifest says. */
function sparingArgument({ rule, root, from, need }: Edge, assembly: Assembly, resolution: Resolution): readonly Candidate[] {
  const manifest = rule === 'exec.path' ? resolution.components.get(`${from.component}@${from.version}`)?.manifest : undefined;
  const unless = manifest?.execUnless[need];
  const args = assembly.entries.find(({ name }) => name === root)?.args ?? manifest?.service?.args;
  if (unless === undefined || args === undefined) return [];
  return [{ name: unless, wish: `${unless} added to \`args\``, root, assembly: withArgs(assembly, root, [...args, unless]) }];
}

function withArgs(assembly: Assembly, root: string, args: readonly string[]): Assembly {
  return { ...assembly, entries: assembly.entries.map((entry) => (entry.name === root ? { ...entry, args } : entry)) };
}
