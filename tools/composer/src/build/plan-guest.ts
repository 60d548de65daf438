import {
  shortHexOf,
  type Diagnostic,
  type Digest,
  type GuestContainer,
  type GuestRecord,
  type GuestService,
  type GuestTrees,
  type Judged,
  type Platform,
  type ServiceDefaults,
} from '@moby/model';
import { componentsOf } from '../check/chosen-components.ts';
import type { Verdict } from '../check/verdict.ts';
import type { TreeInMachine } from '../fetch/prepared.ts';
import type { Assembly, Entry } from '../parse/assembly.ts';
import type { ResolvedRoot, Resolution } from '../resolve/resolution.ts';
import {
  bundleFolder,
  checkGuestRecord,
  digestOfEntries,
  formatOciConfig,
  generatedTree,
  guestRecords,
  makeDirectory,
  makeTextFile,
  ociConfig,
  symlinkFarm,
  treeConflicts,
  withParents,
  type PlacedTree,
  type TreeEntry,
} from './guest/index.ts';

/** What is laid over the components' trees to make a machine of them. */
export interface GuestPlan {
  readonly record: GuestRecord;
  /** The generated segment's entries, without the sentinel. */
  readonly entries: readonly TreeEntry[];
}

export interface GuestInput {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly platform: Platform;
  /** By payload digest; the kernel has none. */
  readonly trees: ReadonlyMap<Digest, TreeInMachine>;
  /** The disk on which some of them lie. */
  readonly treesDisk: GuestTrees | undefined;
  readonly memoryBytes: number;
}

/** Containers, records, and the machine's root as links: all that an image has beside its components. Pure. */
export function planGuest(input: GuestInput): Judged<GuestPlan> {
  const { assembly, resolution } = input;
  const findings: Diagnostic[] = [];
  const machine = resolution.roots.find((root) => root.scope === '');
  const farm = symlinkFarm(machine === undefined ? [] : placedTrees(input, machine));
  findings.push(...farm.findings);
  const containers = assembly.entries.flatMap((entry) => {
    const root = resolution.roots.find(({ scope }) => scope === entry.name);
    if (root === undefined) return [];
    const container = planContainer(input, entry, root);
    if (!container.ok) {
      findings.push(...container.findings);
      return [];
    }
    return [container.value];
  });
  const record: GuestRecord = {
    assembly: `${assembly.name} ${assembly.version}`,
    runtime: runtimeOf(resolution, machine),
    modules: input.verdict.modules.map(({ path }) => installedModule(path)),
    memoryMegabytes: Math.floor(input.memoryBytes / 1024 ** 2),
    ...(input.treesDisk === undefined ? {} : { trees: input.treesDisk }),
    onboot: containers.filter(({ entry }) => entry.section === 'onboot').map(({ container }) => container),
    services: containers
      .filter(({ entry }) => entry.section === 'services')
      .map(({ container, service, entry }) => toService(container, service, entry)),
    onshutdown: containers.filter(({ entry }) => entry.section === 'onshutdown').map(({ container }) => container),
  };
  findings.push(...checkGuestRecord(record));
  if (findings.some((finding) => finding.severity === 'error')) return { ok: false, findings };
  const files = assembly.files.map((file): TreeEntry => ({
    kind: 'file',
    path: file.path.slice(1),
    mode: file.mode,
    bytes: file.contents,
  }));
  const entries = withParents([
    ...files,
    ...(farm.ok ? farm.value : []),
    ...containers.flatMap(({ entries: own }) => own),
    ...guestRecords(record),
  ]);
  return { ok: true, value: { record, entries }, findings };
}

interface PlannedContainer {
  readonly entry: Entry;
  readonly service: ServiceDefaults;
  readonly container: GuestContainer;
  readonly entries: readonly TreeEntry[];
}

function planContainer(input: GuestInput, entry: Entry, root: ResolvedRoot): Judged<PlannedContainer> {
  const { resolution, platform } = input;
  const service = serviceOf(entry, resolution);
  if (service === undefined || service.args.length === 0) {
    const message =
      service === undefined
        ? `\`${entry.wish.name}\` is no service or task: it has nothing to run`
        : `\`${entry.name}\` has no \`args\`: nothing says what is to be run`;
    return {
      ok: false,
      findings: [
        {
          severity: 'error',
          code: 'nothing-to-run',
          message,
          place: entry.place,
          hints: ['put it under `with:`, or give the entry `args:`'],
        },
      ],
    };
  }
  if (service.privileged && entry.capabilities !== undefined) {
    const message = `\`${entry.wish.name}\` is privileged, so \`capabilities\` can't confine it`;
    return { ok: false, findings: [{ severity: 'error', code: 'invalid-assembly', message, place: entry.place }] };
  }
  const trees = placedTrees(input, root);
  const conflicts = treeConflicts(`\`${entry.name}\``, trees);
  if (conflicts.length > 0) return { ok: false, findings: conflicts.map((finding) => ({ ...finding, place: entry.place })) };
  const own = generatedTree({ name: entry.name, assembly: input.assembly, service, platform });
  const ownPlacement = `/c/${shortHexOf(digestOfEntries(own))}`;
  const bundle = bundleFolder(entry.section, entry.name);
  const entries = [
    ...own.map((one): TreeEntry => ({ ...one, path: `${ownPlacement.slice(1)}/${one.path}` })),
    makeTextFile(`${bundle.slice(1)}/config.json`, formatOciConfig(ociConfig({ name: entry.name, service, platform }))),
    makeDirectory(`${bundle.slice(1)}/rootfs`),
  ];
  const lower = [ownPlacement, ...trees.map(({ placement }) => placement)];
  return {
    ok: true,
    value: { entry, service, entries, container: { name: entry.name, bundle, lower, ...(service.readonlyRoot ? {} : { writable: true }) } },
    findings: [],
  };
}

/** The component's defaults, with what the assembly says laid over them. */
export function serviceOf(entry: Entry, resolution: Resolution): ServiceDefaults | undefined {
  const root = resolution.roots.find(({ scope }) => scope === entry.name);
  const manifest = (root === undefined ? [] : componentsOf(resolution, root)).find(
    ({ manifest: candidate }) => candidate.name === entry.wish.name,
  )?.manifest;
  const defaults = manifest?.service;
  if (defaults === undefined) return undefined;
  const ready = entry.ready ?? defaults.ready;
  const memoryBytes = entry.memoryBytes ?? defaults.memoryBytes;
  const { ready: _ready, memoryBytes: _memoryBytes, ...rest } = defaults;
  return {
    ...rest,
    args: entry.args ?? defaults.args,
    env: { ...defaults.env, ...entry.env },
    capabilities: entry.capabilities ?? defaults.capabilities,
    tmpfs: entry.tmpfs ?? defaults.tmpfs,
    restart: entry.restart ?? defaults.restart,
    after: entry.after ?? defaults.after,
    ...(ready === undefined ? {} : { ready }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  };
}

/** The containers that nothing but namespaces confines, in the assembly's order. */
export function privilegedContainers(assembly: Assembly, resolution: Resolution): readonly string[] {
  return assembly.entries.filter((entry) => serviceOf(entry, resolution)?.privileged === true).map(({ name }) => name);
}

function toService(container: GuestContainer, service: ServiceDefaults, entry: Entry): GuestService {
  return {
    ...container,
    after: entry.after ?? service.after,
    restart: service.restart,
    ...(service.ready === undefined ? {} : { ready: service.ready }),
  };
}

/** A root's trees, each once, in the order of the components' names. */
function placedTrees({ resolution, platform, trees }: GuestInput, root: ResolvedRoot): readonly PlacedTree[] {
  const placed = new Map<string, PlacedTree>();
  for (const { manifest } of componentsOf(resolution, root)) {
    const digest = manifest.payload.platforms[platform]?.digest;
    const tree = digest === undefined ? undefined : trees.get(digest);
    if (tree !== undefined)
      placed.set(tree.placement, { label: `${manifest.name} ${manifest.version}`, placement: tree.placement, entries: tree.entries });
  }
  return [...placed.values()];
}

function runtimeOf(resolution: Resolution, machine: ResolvedRoot | undefined): string {
  const runtime =
    machine === undefined ? undefined : componentsOf(resolution, machine).find(({ manifest }) => manifest.runtime !== undefined);
  return runtime?.manifest.runtime?.program ?? '';
}

/** Modules are installed uncompressed: smaller in a compressed segment, and nothing to unpack in the guest. */
export function installedModule(path: string): string {
  return path.replace(/\.(?:xz|zst|gz)$/, '');
}
