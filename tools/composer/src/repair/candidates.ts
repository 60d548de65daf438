import type { Edge } from '@moby/abi';
import {
  parseComponentName,
  parseRange,
  parseVersion,
  satisfies,
  upstreamOf,
  type ComponentName,
  type Range,
  type Version,
} from '@moby/model';
import { machineRoot } from '../lock/make-lock.ts';
import type { Assembly, Entry, RootWish } from '../parse/assembly.ts';
import { addedPart, allowedAgain, otherChanges } from './other-changes.ts';
import type { Fault, RepairProblem } from './problem.ts';
import { unnamedOffers } from './unnamed-offers.ts';

/** A changed assembly that may fit. */
export interface Candidate {
  /** What it changes: of two changes of one thing in one place the first that helps is enough. */
  readonly name: string;
  readonly wish: string;
  readonly root?: string;
  /** The wish that it stands in place of. */
  readonly replaced?: RootWish;
  readonly assembly: Assembly;
}

/** Other versions of one end that are tried, nearest first. */
const maxVersions = 3;
/** Components that provide what is missing. */
const maxProviders = 3;

/** In the order of a fault's edges; of each, versions of who offers, then of who needs, nearest first and newer before older, then the rest. */
export async function findCandidates(problem: RepairProblem, fault: Fault): Promise<readonly Candidate[]> {
  const { assembly, shelf } = problem;
  if ('part' in fault) return addedPart(fault.part, assembly);
  const found = new Map<string, Candidate>();
  const add = (candidate: Candidate): void => {
    const key = `${candidate.root ?? ''}\0${candidate.wish}`;
    if (!found.has(key)) found.set(key, candidate);
  };
  for (const edge of fault.edges) {
    const ends = [...(edge.by === undefined ? unnamedOffers(edge, problem.resolution) : [edge.by]), edge.from];
    for (const { component, version } of ends) {
      const [name, current] = [parseComponentName(component), parseVersion(version)];
      if (name === undefined || current === undefined) continue;
      const others = nearest(await shelf.versions(name), current).slice(0, maxVersions);
      for (const other of others) add(otherVersion({ assembly, edge, name, current, other }));
    }
    const missing = edge.by === undefined ? missingFile(edge) : undefined;
    const providers = missing === undefined ? [] : await shelf.providers(missing);
    for (const name of providers) allowedAgain(assembly, name).forEach(add);
    for (const name of providers.slice(0, maxProviders)) add(withComponent(assembly, edge.root, name));
    otherChanges(edge, problem).forEach(add);
  }
  return [...found.values()];
}

/** By their distance in the list of versions; of two alike the newer. */
function nearest(versions: readonly Version[], current: Version): readonly Version[] {
  const at = versions.indexOf(current);
  if (at < 0) return [...versions].reverse();
  return versions
    .map((version, index) => ({ version, distance: Math.abs(index - at), newer: index > at }))
    .filter(({ distance }) => distance > 0)
    .sort((a, b) => a.distance - b.distance || Number(b.newer) - Number(a.newer))
    .map(({ version }) => version);
}

const aboutFiles: readonly Edge['rule'][] = ['elf.needed', 'elf.interp', 'exec.path', 'exec.interpreter', 'cni.version'];

/** `libblake3.so.0`, `iptables`, `bridge` of `the plugin bridge`: what an edge without an offer lacks. */
function missingFile({ rule, need }: Edge): string | undefined {
  if (!aboutFiles.includes(rule)) return undefined;
  const path = need.split(' ').at(-1) ?? need;
  return path.slice(path.lastIndexOf('/') + 1);
}

interface OtherVersion {
  readonly assembly: Assembly;
  readonly edge: Edge;
  readonly name: ComponentName;
  readonly current: Version;
  readonly other: Version;
}

/** The component's own wish gets the range; without one, a constraint for all roots does, or for the one that has such constraints. */
function otherVersion({ assembly, edge, name, current, other }: OtherVersion): Candidate {
  const text = rangeRound(other, current);
  const range = parseRange(text);
  if (range === undefined) throw new TypeError(`not a range: ${text}`);
  const wish = `${name}@${text}`;
  const scope = edge.root === machineRoot ? '' : edge.root;
  const inMachine = [assembly.kernel, assembly.init, ...assembly.machine].find((own) => own.name === name);
  const entry = assembly.entries.find((one) => one.name === scope && (one.wish.name === name || one.with.some((own) => own.name === name)));
  const constrained = assembly.constraints.find((own) => own.name === name);
  if (entry !== undefined) {
    const replaced = entry.wish.name === name ? entry.wish : entry.with.find((own) => own.name === name);
    return {
      name,
      wish,
      root: entry.name,
      ...(replaced === undefined ? {} : { replaced }),
      assembly: { ...assembly, entries: assembly.entries.map((one) => (one === entry ? reranged(one, name, range) : one)) },
    };
  }
  if (inMachine !== undefined && scope === '') {
    const swap = (own: RootWish): RootWish => (own === inMachine ? { ...own, range } : own);
    return {
      name,
      wish,
      replaced: inMachine,
      assembly: { ...assembly, kernel: swap(assembly.kernel), init: swap(assembly.init), machine: assembly.machine.map(swap) },
    };
  }
  const constraints = [...assembly.constraints.filter((own) => own.name !== name), { name, range, where: 'constraints' }];
  const entries = assembly.entries.map((one): Entry => ({ ...one, constraints: one.constraints.filter((own) => own.name !== name) }));
  return { name, wish, ...(constrained === undefined ? {} : { replaced: constrained }), assembly: { ...assembly, constraints, entries } };
}

function reranged(entry: Entry, name: ComponentName, range: Range): Entry {
  const swap = (own: RootWish): RootWish => (own.name === name ? { ...own, range } : own);
  return { ...entry, wish: swap(entry.wish), with: entry.with.map(swap) };
}

function withComponent(assembly: Assembly, root: string, name: ComponentName): Candidate {
  const range = parseRange('*');
  if (range === undefined) throw new TypeError('not a range: *');
  const added = { name, range, where: 'with' };
  if (root === machineRoot) return { name, wish: `with ${name}`, assembly: { ...assembly, machine: [...assembly.machine, added] } };
  const entries = assembly.entries.map((one): Entry => (one.name === root ? { ...one, with: [...one.with, added] } : one));
  return { name, wish: `with ${name}`, root, assembly: { ...assembly, entries } };
}

/** The widest range round a version that leaves another one out: `^2.41`, `~2.36`, `2.36.1`. */
function rangeRound(version: Version, without: Version): string {
  const upstream = upstreamOf(version);
  const [major, minor] = upstream.split('.');
  const ranges = upstream.includes('-') ? [] : [`^${major}.${minor}`, `~${major}.${minor}`];
  return ranges.find((range) => parseRange(range) !== undefined && admits(version, range) && !admits(without, range)) ?? upstream;
}

function admits(version: Version, text: string): boolean {
  const range = parseRange(text);
  return range !== undefined && satisfies(version, range);
}
