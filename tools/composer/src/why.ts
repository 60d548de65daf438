import { componentsOf } from './check/chosen-components.ts';
import type { Verdict } from './check/verdict.ts';
import { machineRoot } from './lock/make-lock.ts';
import type { ResolvedEdge, Resolution } from './resolve/resolution.ts';

/** From the assembly down to what was asked for: each link says what the one above needs it for. */
export type WhyChain = readonly WhyLink[];

export interface WhyLink {
  readonly component: string;
  readonly version: string;
  /** The container, or `machine`. */
  readonly root: string;
  /** The requirement that this component meets: a component or capability. */
  readonly need: string;
  /** `services[0].component` for the assembly's own wishes. */
  readonly where?: string;
  /** `assemblies/redis-os/assembly.yaml:14`. */
  readonly place?: string;
  /** A file of the component above whose bytes say so. */
  readonly file?: string;
}

const maxChains = 64;

/** Every shortest way from the assembly to a component, capability, or soname, one chain for each root and way in. */
export function findWhy(options: {
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly name: string;
}): readonly WhyChain[] {
  const { resolution, name } = options;
  const targets = resolution.edges.filter((edge) => isAbout(edge, name));
  const chains: WhyChain[] = [];
  const seen = new Set<string>();
  for (const target of targets) {
    const path = pathTo(resolution, target);
    const key = path.map((edge) => edge.by).join(' ');
    if (path.length === 0 || seen.has(key) || chains.length >= maxChains) continue;
    seen.add(key);
    chains.push(path.map((edge) => toLink(options, edge)));
  }
  return chains;
}

/** A component by its name, a capability by its own, a library by its soname. */
function isAbout(edge: ResolvedEdge, name: string): boolean {
  return edge.by.slice(edge.by.indexOf('/') + 1) === name || edge.need === name || edge.need === `soname:${name}`;
}

/** The shortest chain of edges from the assembly that ends with this one; empty where it only leads in a circle. */
function pathTo(resolution: Resolution, target: ResolvedEdge): readonly ResolvedEdge[] {
  const queue: (readonly ResolvedEdge[])[] = [[target]];
  const visited = new Set([target.by]);
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const [first] = path;
    if (first === undefined) continue;
    if (first.from === '') return path;
    if (visited.has(first.from)) continue;
    visited.add(first.from);
    for (const edge of resolution.edges) if (edge.by === first.from) queue.push([edge, ...path]);
  }
  return [];
}

function toLink({ resolution, verdict }: { readonly resolution: Resolution; readonly verdict: Verdict }, edge: ResolvedEdge): WhyLink {
  const slash = edge.by.indexOf('/');
  const scope = slash < 0 ? '' : edge.by.slice(0, slash);
  const component = edge.by.slice(slash + 1);
  const root = resolution.roots.find((candidate) => candidate.scope === scope);
  const version = (root === undefined ? [] : componentsOf(resolution, root)).find(({ manifest }) => manifest.name === component)?.manifest
    .version;
  const shownRoot = scope === '' ? machineRoot : scope;
  const soname = /^soname:([^/]+)/.exec(edge.need)?.[1];
  const who = edge.from.slice(edge.from.indexOf('/') + 1);
  const proof =
    soname === undefined
      ? undefined
      : verdict.edges.find(
          (found) =>
            found.root === shownRoot && found.from.component === who && (found.need === soname || found.need.startsWith(`${soname}(`)),
        );
  return {
    component,
    version: version ?? '',
    root: shownRoot,
    need: edge.need,
    ...(edge.where === undefined ? {} : { where: edge.where }),
    ...(edge.place === undefined ? {} : { place: `${edge.place.file}:${edge.place.line}` }),
    ...(proof?.from.path === undefined ? {} : { file: proof.from.path }),
  };
}
