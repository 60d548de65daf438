import { explain, solveStably, type Answer, type Resolved, type RootFact, type Unsolvable } from '@moby/resolver';
import {
  isComponentName,
  nearest,
  parseVersion,
  type ComponentName,
  type Diagnostic,
  type Registry,
  type RegistryComponent,
} from '@moby/model';
import type { Assembly, RootWish } from '../parse/assembly.ts';
import type { ResolvedComponent, ResolvedEdge, ResolvedRoot, Resolution } from './resolution.ts';
import { defaultsOf, readCatalogue, toUniverse, type Catalogue, type LockedVersions } from './to-universe.ts';

export type ResolveResult =
  | { readonly status: 'solved'; readonly resolution: Resolution }
  /** Wishes that name no component. */
  | { readonly status: 'invalid'; readonly findings: readonly Diagnostic[] }
  | NoSolution;

export interface NoSolution {
  readonly status: 'no-solution';
  readonly answer: Exclude<Answer, Resolved>;
  /** Why, in words, with the places in the assembly; and what would solve it. */
  readonly explanation: string;
}

/** Assembly and registry → which versions stand in which root. Reads manifests; facts only of what was chosen. */
export async function resolveAssembly(options: {
  readonly assembly: Assembly;
  readonly registry: Registry;
  readonly locked: LockedVersions;
}): Promise<ResolveResult> {
  const { assembly, registry, locked } = options;
  const catalogue = await readCatalogue(registry);
  const findings = wrongNames(assembly, catalogue);
  if (findings.length > 0) return { status: 'invalid', findings };
  const answer = solveStably(toUniverse(assembly, catalogue, locked));
  if (answer.status !== 'solved') return { status: 'no-solution', answer, explanation: explainFor(assembly, answer) };
  return { status: 'solved', resolution: await toResolution({ assembly, registry, answer }) };
}

function explainFor(assembly: Assembly, answer: Exclude<Answer, Resolved>): string {
  if (answer.status === 'gave-up') {
    return `the search gave up after ${answer.steps} steps; most often it failed at ${answer.busiest.join(', ')}`;
  }
  return explain(answer, { rootName: assembly.name, placeOf: (fact: RootFact) => placeOf(assembly, fact) });
}

/** `assembly.yaml:9`, for a fact that stands in a file. */
export function placeOf(assembly: Assembly, fact: Unsolvable['core'][number]): string | undefined {
  const wish = wishOf(assembly, fact);
  return wish?.place === undefined ? undefined : `${wish.place.file.slice(wish.place.file.lastIndexOf('/') + 1)}:${wish.place.line}`;
}

function wishOf(assembly: Assembly, fact: RootFact): RootWish | undefined {
  const named = (wishes: readonly RootWish[]): RootWish | undefined => wishes.find(({ name }) => name === fact.need);
  switch (fact.kind) {
    case 'root-requires': {
      if (fact.scope === '') return named([assembly.kernel, assembly.init, ...assembly.machine]);
      return assembly.entries.find(({ name }) => name === fact.scope)?.wish;
    }
    case 'root-constrains':
      return named(
        fact.scope === '*' ? assembly.constraints : (assembly.entries.find(({ name }) => name === fact.scope)?.constraints ?? []),
      );
    case 'root-conflicts':
    case 'root-overrides':
      return undefined;
  }
}

/** Names that are nobody's, and defaults that can't be: the solver would take something else without a word. */
function wrongNames(assembly: Assembly, catalogue: Catalogue): readonly Diagnostic[] {
  const wishes = [
    assembly.kernel,
    assembly.init,
    ...assembly.machine,
    ...assembly.constraints,
    ...assembly.entries.flatMap((entry) => [entry.wish, ...entry.constraints]),
    ...assembly.forbidden,
    ...assembly.replacements.flatMap(({ from, to }) => [from, to]),
    ...Object.values(assembly.defaults),
  ];
  const own = new Set(assembly.entries.filter(({ ownFolder }) => ownFolder !== undefined).map(({ wish }) => wish.name));
  const unknown = wishes.filter(({ name }) => !catalogue.has(name) && !own.has(name));
  if (unknown.length > 0) return distinct(unknown.map((wish) => unknownComponent(wish, catalogue)));
  return wrongDefaults(assembly, catalogue);
}

function unknownComponent(wish: RootWish, catalogue: Catalogue): Diagnostic {
  const meant = nearest(wish.name, catalogue.keys());
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
  for (const [name, manifests] of catalogue) {
    for (const capability of new Set(manifests.flatMap(({ provides }) => Object.keys(provides)))) {
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
  registry,
  answer,
}: {
  readonly assembly: Assembly;
  readonly registry: Registry;
  readonly answer: Resolved;
}): Promise<Resolution> {
  const components = new Map<string, RegistryComponent>();
  const byScope = new Map<string, ResolvedComponent[]>(['', ...assembly.entries.map(({ name }) => name)].map((scope) => [scope, []]));
  for (const [key, text] of Object.entries(answer.versions)) {
    const slash = key.indexOf('/');
    const scope = slash < 0 ? '' : key.slice(0, slash);
    const name = nameOf(key.slice(slash + 1));
    const version = parseVersion(text);
    if (version === undefined) throw new TypeError(`the solver chose ${key} ${text}`);
    byScope.get(scope)?.push({ name, version });
    const id = `${name}@${version}`;
    if (!components.has(id)) components.set(id, await registry.component(name, version));
  }
  const roots = [...byScope].map(([scope, chosen]): ResolvedRoot => ({
    scope,
    components: chosen.sort((a, b) => (a.name < b.name ? -1 : 1)),
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
