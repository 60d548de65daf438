import {
  formatBytes,
  toNpmVersion,
  type ConfigNeed,
  type Manifest,
  type Notice,
  type ReadyProbe,
  type Requirement,
  type ServiceDefaults,
  type Version,
} from '@moby/model';
import type {
  FileDocument,
  KernelDocument,
  KernelNeed,
  LineDocument,
  Listed,
  Need,
  Offer,
  PlatformDocument,
  ServiceDocument,
  VersionDocument,
} from './documents.ts';
import { filesOf } from './file-lists.ts';
import { bounded, pageLimits } from './limits.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { isNode } from './outline.ts';
import { privilegesOf } from './privileges.ts';
import type { ReadLine } from './read-lines.ts';
import type { ComponentRecord } from './records.ts';

export interface Around {
  readonly record: ComponentRecord;
  readonly notices: ReadonlyMap<Version, Notice>;
  readonly neighbourhood: Neighbourhood;
  /** Names of what asks for a capability of the component. */
  readonly needing: (what: string) => readonly string[];
}

export function lineDocument({ line, component, versions }: ReadLine, around: Around): LineDocument {
  const { manifest, facts } = component;
  const { record, neighbourhood } = around;
  const { upstream } = manifest;
  const { programs, libraries, configurations, modules } = filesOf(component);
  const own = versionDocument(manifest.version, around);
  return {
    line,
    version: manifest.version,
    npm: `${manifest.npmName}@${toNpmVersion(manifest.version)}`,
    ...(own.published === undefined ? {} : { published: own.published }),
    ...(own.deprecated === undefined ? {} : { deprecated: own.deprecated }),
    tags: sortedTags(versions.flatMap((version) => tagsOf(version, record))),
    versions: listed(
      versions.map((version) => versionDocument(version, around)),
      pageLimits.versions,
    ),
    upstream: {
      version: upstream.version,
      license: upstream.license,
      ...(upstream.homepage !== undefined && /^https?:\/\//.test(upstream.homepage) ? { homepage: upstream.homepage } : {}),
    },
    platforms: platformsOf(manifest),
    provides: offersOf(manifest, around),
    requires: needsOf(manifest.requires, neighbourhood),
    recommends: needsOf(manifest.recommends, neighbourhood),
    conflicts: listed(
      Object.entries(manifest.conflicts).map(([what, range]) => ({ what, range })),
      pageLimits.needs,
    ),
    exclusive: manifest.exclusive,
    privileges: privilegesOf(component).map(({ why, ...rest }) => ({ ...rest, why: bounded(why) })),
    ...(manifest.service === undefined || manifest.service.args.length === 0 ? {} : { service: serviceDocument(manifest.service) }),
    ...(manifest.kernel === undefined ? {} : { kernel: kernelDocument(manifest.kernel) }),
    programs: paths(programs),
    libraries: paths(libraries),
    configurations: paths(configurations),
    modules,
    hasFacts: facts !== undefined,
  };
}

export function listed<Item>(items: readonly Item[], limit: number): Listed<Item> {
  return { items: items.slice(0, limit), more: Math.max(0, items.length - limit) };
}

function paths(files: readonly FileDocument[]): Listed<FileDocument> {
  return listed(files, pageLimits.paths);
}

function versionDocument(version: Version, { record, notices }: Around): VersionDocument {
  const [published, notice] = [record.published?.[version]?.slice(0, 10), notices.get(version)];
  return {
    version,
    tags: sortedTags(tagsOf(version, record)),
    ...(published === undefined ? {} : { published }),
    ...(notice === undefined ? {} : { deprecated: bounded(`${notice.kind}: ${notice.reason}`) }),
  };
}

function tagsOf(version: string, { tags }: ComponentRecord): readonly string[] {
  return Object.entries(tags ?? {}).flatMap(([tag, tagged]) => (tagged === version ? [tag] : []));
}

/** `latest` before all others. */
function sortedTags(tags: readonly string[]): readonly string[] {
  return [...tags].sort((a, b) => (a === 'latest' ? -1 : b === 'latest' ? 1 : a < b ? -1 : 1));
}

function platformsOf({ payload }: Manifest): readonly PlatformDocument[] {
  return Object.entries(payload.platforms)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([platform, { digest, size, sources }]) => ({
      platform,
      digest,
      sizeBytes: size,
      sources: sources.map((source) =>
        source.kind === 'files'
          ? 'files of its own'
          : `${source.package} ${source.version}, Debian ${source.suite}, ${formatBytes(source.size)}${source.factsOnly === true ? ', for facts only' : ''}`,
      ),
      downloadBytes: sources.reduce((sum, source) => sum + (source.kind === 'deb' && source.factsOnly !== true ? source.size : 0), 0),
    }));
}

/** A library's symbol versions stand with the library: `soname:libc.so.6/GLIBC` with `soname:libc.so.6`. */
function withNodes(
  values: Readonly<Record<string, string>>,
): readonly { readonly what: string; readonly value: string; readonly nodes: readonly string[] }[] {
  const keys = Object.keys(values).sort();
  const standing = keys.filter((what) => !isNode(what) || !Object.hasOwn(values, what.slice(0, what.lastIndexOf('/'))));
  return standing.map((what) => ({
    what,
    value: values[what] ?? '',
    nodes: keys.filter((key) => isNode(key) && key.startsWith(`${what}/`)).map((key) => `${key.slice(what.length + 1)} ${values[key]}`),
  }));
}

function offersOf({ provides }: Manifest, { needing }: Around): Listed<Offer> {
  const offers = withNodes(provides).map(({ what, value, nodes }) => ({
    what,
    version: value,
    nodes,
    neededBy: listed(needing(what), pageLimits.names),
  }));
  return listed(offers, pageLimits.needs);
}

function needsOf(requirements: Readonly<Record<string, Requirement>>, neighbourhood: Neighbourhood): Listed<Need> {
  const ranges = Object.fromEntries(Object.entries(requirements).map(([need, { range }]) => [need, range]));
  const needs = withNodes(ranges).flatMap(({ what, value, nodes }): readonly Need[] => {
    const requirement = requirements[what];
    if (requirement === undefined) return [];
    const offering = neighbourhood.offering(what, requirement.range);
    const fitting = nodes
      .map((node) => node.slice(0, node.indexOf(' ')))
      .flatMap((node) => {
        const range = requirements[`${what}/${node}`]?.range;
        return range === undefined ? [] : [neighbourhood.offering(`${what}/${node}`, range)];
      });
    const by = offering.flatMap(({ name, lines }) => {
      const left = lines.filter((line) => fitting.every((one) => one.some((other) => other.name === name && other.lines.includes(line))));
      return left.length === 0 ? [] : [{ name, lines: left }];
    });
    const { platforms } = requirement;
    return [{ what, range: value, nodes, in: requirement.in, ...(platforms === undefined ? {} : { platforms }), by }];
  });
  return listed(needs, pageLimits.needs);
}

function serviceDocument(service: ServiceDefaults): ServiceDocument {
  const { args, cwd, env, user, ports, ready, restart, after, memoryBytes, pids, tmpfs } = service;
  return {
    args: args.map((word) => bounded(word)),
    cwd,
    env: Object.entries(env)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => bounded(`${name}=${value}`)),
    user: `${user.name} (${user.uid}:${user.gid})`,
    ports,
    ...(ready === undefined ? {} : { ready: readyWords(ready) }),
    restart,
    after,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(pids === undefined ? {} : { processes: pids }),
    scratch: tmpfs.map(({ path, sizeBytes }) => `${path}, ${formatBytes(sizeBytes)}`),
  };
}

function readyWords(ready: ReadyProbe): string {
  switch (ready.kind) {
    case 'tcp':
      return `TCP port ${ready.port} answers`;
    case 'http':
      return `HTTP port ${ready.port} answers ${ready.path}`;
    case 'exec':
      return bounded(`${ready.args.join(' ')} succeeds`);
    case 'file':
      return `${ready.path} is there`;
  }
}

function kernelDocument(kernel: NonNullable<Manifest['kernel']>): KernelDocument {
  return {
    ...(kernel.version === undefined ? {} : { version: kernel.version }),
    modules: kernel.modules,
    needs: (kernel.config?.needs ?? []).slice(0, pageLimits.needs).map(kernelNeed),
    wants: (kernel.config?.wants ?? []).slice(0, pageLimits.needs).map(kernelNeed),
  };
}

function kernelNeed({ reason, anyOf, kernel }: ConfigNeed): KernelNeed {
  return {
    reason: bounded(reason),
    options: bounded(anyOf.map((all) => all.map(({ option }) => option).join(', ')).join(' or ')),
    ...(kernel === undefined ? {} : { kernel }),
  };
}
