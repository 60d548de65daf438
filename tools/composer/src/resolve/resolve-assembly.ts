import type { Resolved, RootFact } from '@moby/resolver';
import {
  isComponentName,
  nearest,
  parseVersion,
  type ComponentName,
  type Diagnostic,
  type Judged,
  type Registry,
  type RegistryComponent,
  type Universe,
  type Version,
} from '@moby/model';
import type { Assembly, RootWish } from '../parse/assembly.ts';
import type { ResolvedComponent, ResolvedEdge, ResolvedRoot, Resolution } from './resolution.ts';
import { readCatalogue, type Catalogue } from './read-catalogue.ts';
import { defaultsOf, toUniverse, type LockedVersions } from './to-universe.ts';

/** An assembly before the solver: what may be chosen, and how an answer is read. */
export interface OpenedAssembly {
  readonly universe: Universe;
  /** What a registry says of a version that was yanked. */
  readonly whyYanked: (name: string, version: string) => string | undefined;
  /** Reads the facts of what was chosen; of each component once. */
  read(answer: Resolved): Promise<Resolution>;
}

/** Assembly and registry → the solver's universe. Reads manifests; findings are wishes that name no component. */
export async function openForSolver(options: {
  readonly assembly: Assembly;
  readonly registry: Registry;
  readonly locked: LockedVersions;
}): Promise<Judged<OpenedAssembly>> {
  const { assembly, registry, locked } = options;
  const catalogue = await readCatalogue(registry, wishedOf(assembly));
  const findings = await wrongNames(assembly, catalogue, registry);
  if (findings.length > 0) return { ok: false, findings };
  const known = new Map<string, Promise<RegistryComponent>>();
  const componentOf = (name: ComponentName, version: Version): Promise<RegistryComponent> => {
    const id = `${name}@${version}`;
    const component = known.get(id) ?? registry.component(name, version);
    known.set(id, component);
    return component;
  };
  const read = (answer: Resolved): Promise<Resolution> => toResolution({ assembly, componentOf, answer });
  return { ok: true, value: { universe: toUniverse(assembly, catalogue, locked), whyYanked: whyYankedIn(catalogue), read }, findings: [] };
}

/** `assembly.yaml:9` for a fact that stands in a file, `--with chrony` for one that stands on the command line. */
export function placeOf(assembly: Assembly, fact: RootFact): string | undefined {
  const wish = wishOf(assembly, fact);
  if (wish?.place === undefined) return wish?.where.startsWith('--') === true ? wish.where : undefined;
  return `${wish.place.file.slice(wish.place.file.lastIndexOf('/') + 1)}:${wish.place.line}`;
}

function wishOf(assembly: Assembly, fact: RootFact): RootWish | undefined {
  const named = (wishes: readonly RootWish[]): RootWish | undefined => wishes.find(({ name }) => name === fact.need);
  switch (fact.kind) {
    case 'root-requires': {
      if (fact.scope === '') return named([assembly.kernel, assembly.init, ...assembly.machine]);
      const entry = assembly.entries.find(({ name }) => name === fact.scope);
      return named(entry?.with ?? []) ?? entry?.wish;
    }
    case 'root-constrains':
      return named(
        fact.scope === '*'
          ? [...assembly.constraints, ...assembly.replacements.map(({ to }) => to)]
          : (assembly.entries.find(({ name }) => name === fact.scope)?.constraints ?? []),
      );
    case 'root-conflicts':
      return named([...assembly.forbidden, ...assembly.replacements.map(({ from }) => from)]);
    case 'root-overrides':
      return undefined;
  }
}

/** All that an assembly names, in the order in which what is wrong is told. */
function wishesOf(assembly: Assembly): readonly RootWish[] {
  return [
    assembly.kernel,
    assembly.init,
    ...assembly.machine,
    ...assembly.constraints,
    ...assembly.entries.flatMap((entry) => [entry.wish, ...entry.with, ...entry.constraints]),
    ...assembly.forbidden,
    ...assembly.replacements.flatMap(({ from, to }) => [from, to]),
    ...Object.values(assembly.defaults),
  ];
}

/** What reading the catalogue starts from. */
export function wishedOf(assembly: Assembly): { readonly names: readonly ComponentName[]; readonly capabilities: readonly string[] } {
  return { names: wishesOf(assembly).map(({ name }) => name), capabilities: Object.keys(assembly.defaults) };
}

function whyYankedIn(catalogue: Catalogue): OpenedAssembly['whyYanked'] {
  return (name, version) => {
    const offer = (isComponentName(name) ? catalogue.get(name) : undefined)?.find(({ manifest }) => manifest.version === version);
    return offer?.notice?.kind === 'yanked' && offer.notice.reason !== '' ? offer.notice.reason : undefined;
  };
}

/** Names that are nobody's, and defaults that can't be: the solver would take something else without a word. */
async function wrongNames(assembly: Assembly, catalogue: Catalogue, registry: Registry): Promise<readonly Diagnostic[]> {
  const own = new Set(assembly.entries.filter(({ ownFolder }) => ownFolder !== undefined).map(({ wish }) => wish.name));
  const unknown = wishesOf(assembly).filter(({ name }) => !catalogue.has(name) && !own.has(name));
  if (unknown.length === 0) return wrongDefaults(assembly, catalogue);
  const names = await registry.names();
  return distinct(unknown.map((wish) => unknownComponent(wish, names)));
}

function unknownComponent(wish: RootWish, names: readonly ComponentName[]): Diagnostic {
  const meant = nearest(wish.name, names);
  return {
    severity: 'error',
    code: 'unknown-component',
    message: `there is no component \`${wish.name}\``,
    ...(wish.place === undefined ? {} : { place: wish.place }),
    ...(meant === undefined ? {} : { note: `did you mean \`${meant}\`?` }),
    hints: ['see what there is: moby-compose list components'],
  };
}

function wrongDefaults(assembly: Assembly, catalogue: Catalogue): readonly Diagnostic[] {
  const providers = new Map<string, ComponentName[]>();
  for (const [name, offers] of catalogue) {
    for (const capability of new Set(offers.flatMap(({ manifest }) => Object.keys(manifest.provides)))) {
      providers.set(capability, [...(providers.get(capability) ?? []), name]);
    }
  }
  return Object.entries(defaultsOf(assembly, catalogue)).flatMap(([capability, wish]): readonly Diagnostic[] => {
    const who = providers.get(capability);
    if (who?.includes(wish.name) === true) return [];
    const meant = nearest(capability, providers.keys());
    const note =
      who === undefined ? (meant === undefined ? undefined : `did you mean \`${meant}\`?`) : `offered by ${who.sort().join(', ')}`;
    return [
      {
        severity: 'error',
        code: 'wrong-default',
        message:
          who === undefined
            ? `no component offers \`${capability}\``
            : `\`${wish.name}\` doesn’t offer \`${capability}\`${wish.place === undefined ? `, which \`${wish.where}\` asks of it` : ''}`,
        ...(wish.place === undefined ? {} : { place: wish.place }),
        ...(note === undefined ? {} : { note }),
      },
    ];
  });
}

/** One wish may stand in two lists. */
function distinct(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(findings.map((finding) => [JSON.stringify([finding.message, finding.place]), finding])).values()];
}

async function toResolution({
  assembly,
  componentOf,
  answer,
}: {
  readonly assembly: Assembly;
  readonly componentOf: (name: ComponentName, version: Version) => Promise<RegistryComponent>;
  readonly answer: Resolved;
}): Promise<Resolution> {
  const chosen = new Map<string, ResolvedComponent>();
  const byScope = new Map<string, ResolvedComponent[]>(['', ...assembly.entries.map(({ name }) => name)].map((scope) => [scope, []]));
  for (const [key, text] of Object.entries(answer.versions)) {
    const slash = key.indexOf('/');
    const scope = slash < 0 ? '' : key.slice(0, slash);
    const name = nameOf(key.slice(slash + 1));
    const version = parseVersion(text);
    if (version === undefined) throw new TypeError(`the solver chose ${key} ${text}`);
    byScope.get(scope)?.push({ name, version });
    chosen.set(`${name}@${version}`, { name, version });
  }
  const components = new Map(
    await Promise.all([...chosen].map(async ([id, { name, version }]) => [id, await componentOf(name, version)] as const)),
  );
  const roots = [...byScope].map(([scope, own]): ResolvedRoot => ({
    scope,
    components: own.sort((a, b) => (a.name < b.name ? -1 : 1)),
  }));
  const sorted = new Map([...components].sort(([a], [b]) => (a < b ? -1 : 1)));
  const dropped = answer.dropped.map(({ from, need, range }) => `${from}: ${need} ${range}`);
  return { roots, components: sorted, edges: answer.edges.map((edge) => toEdge(assembly, edge)), dropped };
}

function toEdge(assembly: Assembly, edge: Resolved['edges'][number]): ResolvedEdge {
  const { need, range, by } = edge;
  const recommended = edge.recommended === true;
  if (edge.from.kind === 'component') return { from: edge.from.key, need, range, by, recommended };
  const wish = wishOf(assembly, { kind: 'root-requires', scope: edge.from.scope, need, range });
  return {
    from: '',
    need,
    range,
    by,
    recommended,
    ...(wish === undefined ? {} : { where: wish.where }),
    ...(wish?.place === undefined ? {} : { place: wish.place }),
  };
}

function nameOf(text: string): ComponentName {
  if (!isComponentName(text)) throw new TypeError(`the solver chose \`${text}\`, which names no component`);
  return text;
}
