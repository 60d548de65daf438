import { createHash } from 'node:crypto';
import {
  formatBytes,
  parseDigest,
  type Artifact,
  type ArtifactSegment,
  type ContentStore,
  type Diagnostic,
  type Digest,
  type Judged,
  type Platform,
} from '@moby/model';
import { componentsOf, kernelOf } from '../check/chosen-components.ts';
import type { Verdict } from '../check/verdict.ts';
import { storeDisk } from '../disk/store-disk.ts';
import { diskFileName, guestTrees } from '../disk/disk-payloads.ts';
import type { Fetched } from '../fetch/fetch-payloads.ts';
import type { FromMirrors } from '../fetch/open-blob-mirrors.ts';
import type { Download } from '../fetch/open-payload.ts';
import { generatedKey, recallSegment, type PreparedTree, type SegmentMark, type TreeInMachine } from '../fetch/prepared.ts';
import { storeSegment } from '../fetch/store-segment.ts';
import type { Compressor } from '../lock/make-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { digestOfEntries, recordsFolder, sentinel, type TreeEntry } from './guest/index.ts';
import { lostBlob } from './lost-blob.ts';
import { planGuest, serviceOf } from './plan-guest.ts';
import { storeTestFiles } from './test-files.ts';

export interface BuildRequest {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly platform: Platform;
  readonly compressor: Compressor;
  readonly fetched: Fetched;
  readonly store: ContentStore;
  /** For payloads that a test asks for as they are. */
  readonly download: Download;
  readonly fromMirrors: FromMirrors;
  /** A budget that is passed stops the build; for a try (`--with`, `--replace`) or refreshed pins it is a warning. */
  readonly budgetBinds: boolean;
}

/** An artifact whose bytes are all in the store, in order. */
export interface Built {
  readonly artifact: Artifact;
  readonly kernel: Digest;
  /** The initrd is the concatenation of these blobs. */
  readonly initrd: readonly Digest[];
  /** The disk of trees, too; none where nothing lies on it. */
  readonly disk: readonly Digest[];
}

const kernelName = 'vmlinuz';
const initrdName = 'initrd.img';
/** What a kernel and its page tables take beside the files (guest.md: measured with 128 MB for 27.8 MB unpacked). */
const kernelMemoryBytes = 64 * 1024 ** 2;
/** What must be left beside what is unpacked: the init stops below 16 MB, and pages of a disk of trees need a place. */
const leastFreeBytes = 24 * 1024 ** 2;
const defaultServiceBytes = 32 * 1024 ** 2;
const mebibyte = 1024 ** 2;

/**
 * Kernel and initrd of an assembly. The initrd is a concatenation of segments, which the kernel unpacks in order: the init's
 * base, what was generated, what the init itself requires, the other components' trees, the modules, and the sentinel as the
 * very last entry. So an init whose initrd was cut, or did not fit into memory, still has the shell to say so.
 */
export async function buildArtifact(request: BuildRequest): Promise<Judged<Built>> {
  const { assembly, fetched, platform, store } = request;
  const memory = memoryOf(request);
  const disk = await storeDisk(store, [...fetched.diskTrees.values()]);
  const plan = planGuest({
    ...request,
    trees: new Map<Digest, TreeInMachine>([...fetched.trees, ...fetched.diskTrees]),
    treesDisk: disk === undefined ? undefined : guestTrees,
    memoryBytes: memory.bytes,
  });
  if (!plan.ok) return plan;
  const tests = await storeTestFiles(request);
  if (!tests.ok) return tests;
  const generated = await storeGenerated(request, 'generated', plan.value.entries);
  const last = await storeGenerated(request, 'sentinel', [sentinel()]);
  const [base = [], own = [], others = []] = orderTrees(request);
  const segments = [...base, generated, ...own, ...others, fetched.kernel.modules, last];
  const initrd = await measureInitrd(store, segments);
  const sizeBytes = fetched.kernel.image.sizeBytes + initrd.sizeBytes + (disk?.sizeBytes ?? 0);
  const artifact: Artifact = {
    artifact: 1,
    name: assembly.name,
    version: assembly.version,
    platform,
    kernelRelease: kernelOf(request.resolution)?.facts?.platforms[platform]?.kernel?.release ?? 'unknown',
    cmdline: assembly.cmdline,
    files: [
      { role: 'kernel', name: kernelName, sizeBytes: fetched.kernel.image.sizeBytes, digest: fetched.kernel.image.digest },
      { role: 'initrd', name: initrdName, sizeBytes: initrd.sizeBytes, digest: initrd.digest },
      ...(disk === undefined
        ? []
        : [{ role: 'disk' as const, name: diskFileName, serial: guestTrees.serial, sizeBytes: disk.sizeBytes, digest: disk.digest }]),
      ...tests.value.files,
    ],
    segments: segments.map(toArtifactSegment),
    sizeBytes,
    ...(assembly.budget.sizeBytes === undefined ? {} : { budgetBytes: assembly.budget.sizeBytes }),
    memoryBytes: memory.bytes,
    leastMemoryBytes: memory.leastBytes,
    ports: assembly.entries.flatMap((entry) => entry.ports),
    services: assembly.entries
      .filter(({ section }) => section === 'services')
      .map((entry) => ({ name: entry.name, hasProbe: serviceOf(entry, request.resolution)?.ready !== undefined })),
    ...(assembly.volumes.length === 0 ? {} : { volumes: assembly.volumes }),
    expect: tests.value.expect,
    ...(assembly.test === undefined ? {} : { test: assembly.test }),
  };
  const findings = [...plan.findings, ...judgeBudget(request, artifact)];
  if (findings.some(({ severity }) => severity === 'error')) return { ok: false, findings };
  const initrdBlobs = segments.map(({ blob }) => blob);
  return { ok: true, value: { artifact, kernel: fetched.kernel.image.digest, initrd: initrdBlobs, disk: disk?.blobs ?? [] }, findings };
}

/** The init's base; what directly meets the init's requirements; all the rest. Each sorted by placement, so by digest. */
function orderTrees({ resolution, fetched, platform }: BuildRequest): readonly (readonly SegmentMark[])[] {
  const trees = [...fetched.trees.values()].sort((a, b) => (a.placement < b.placement ? -1 : 1));
  const machine = resolution.roots.find(({ scope }) => scope === '');
  const components = machine === undefined ? [] : componentsOf(resolution, machine);
  const init = components.find(({ manifest }) => manifest.kind === 'init')?.manifest.name;
  const required = new Set<string>(resolution.edges.filter((edge) => edge.from === init).map(({ by }) => by));
  const digests = new Set(
    components.flatMap(({ manifest }) => (required.has(manifest.name) ? [manifest.payload.platforms[platform]?.digest] : [])),
  );
  const isOwn = (tree: PreparedTree): boolean => digests.has(tree.payload);
  return [
    trees.filter(({ placement }) => placement === ''),
    trees.filter((tree) => tree.placement !== '' && isOwn(tree)),
    trees.filter((tree) => tree.placement !== '' && !isOwn(tree)),
  ].map((part) => part.map(({ segment }) => segment));
}

/** Files laid over the base: its folders keep the modes that it gave them. */
async function storeGenerated(
  { store, compressor, fetched }: BuildRequest,
  label: string,
  entries: readonly TreeEntry[],
): Promise<SegmentMark> {
  const base = [...fetched.trees.values()].find(({ placement }) => placement === '');
  const directories = Object.fromEntries(
    (base?.entries ?? []).flatMap(({ kind, path, mode }) => (kind === 'directory' && mode !== undefined ? [[path, mode]] : [])),
  );
  const own = entries.filter(({ kind, path }) => kind !== 'directory' || !Object.hasOwn(directories, path));
  const placement = { kind: 'additions', directories, owns: ['c', 'containers', recordsFolder] } as const;
  const key = generatedKey({ label, placement, entries: digestOfEntries(own) }, compressor);
  const known = await recallSegment(store, key);
  if (known !== undefined) return known;
  const segment = await storeSegment({ store, compressor, label, placement, entries: own });
  await store.remember('segments', key, segment);
  return segment;
}

/** Digest and size of the whole; remembered, since hashing costs more than copying. */
async function measureInitrd(
  store: ContentStore,
  segments: readonly SegmentMark[],
): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
  const key = segments.map(({ blob }) => blob).join(' ');
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const known = await store.recall('initrds', key);
  const remembered = typeof known === 'string' ? parseDigest(known) : undefined;
  if (remembered !== undefined) return { digest: remembered, sizeBytes };
  const hash = createHash('sha256');
  for (const { blob } of segments) {
    const bytes = await store.read(blob);
    if (bytes === undefined) throw lostBlob(blob);
    hash.update(bytes);
  }
  const digest = parseDigest(`sha256:${hash.digest('hex')}`);
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  await store.remember('initrds', key, digest);
  return { digest, sizeBytes };
}

function toArtifactSegment({ label, cpio, cpioBytes, sizeBytes }: SegmentMark): ArtifactSegment {
  return { label, digest: cpio, unpackedBytes: cpioBytes, sizeBytes };
}

/**
 * The root is a tmpfs of half the memory, so the machine needs twice what is unpacked, and the kernel's own; containers may
 * use what they are allowed. What lies on the disk of trees takes none.
 */
function memoryOf({ assembly, resolution, fetched, budgetBinds }: BuildRequest): { readonly bytes: number; readonly leastBytes: number } {
  const unpacked = [...fetched.trees.values()].reduce((sum, { segment }) => sum + segment.memoryBytes, fetched.kernel.modules.memoryBytes);
  const leastBytes = Math.ceil((unpacked + Math.max(unpacked, leastFreeBytes) + kernelMemoryBytes) / mebibyte) * mebibyte;
  const services = assembly.entries
    .filter(({ section }) => section === 'services')
    .reduce((sum, entry) => sum + (serviceOf(entry, resolution)?.memoryBytes ?? defaultServiceBytes), 0);
  const { memoryBytes: budget } = assembly.budget;
  if (budget !== undefined && (budgetBinds || budget >= leastBytes)) return { bytes: budget, leastBytes };
  // Nothing is said, or a try needs more than what is: room for what runs, beside what is unpacked.
  return { bytes: Math.ceil((leastBytes + (budget ?? services)) / (64 * mebibyte)) * 64 * mebibyte, leastBytes };
}

function judgeBudget({ assembly, fetched, budgetBinds }: BuildRequest, artifact: Artifact): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  const severity = budgetBinds ? 'error' : 'warning';
  if (artifact.budgetBytes !== undefined && artifact.sizeBytes > artifact.budgetBytes) {
    const onDisk = [...fetched.diskTrees.values()].map(({ disk }) => ({ label: disk.label, sizeBytes: disk.data.sizeBytes }));
    const largest = [...artifact.segments, ...onDisk]
      .sort((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, 3)
      .map(({ label, sizeBytes }) => `${label} ${formatBytes(sizeBytes)}`);
    const message = `${artifact.name} has ${formatBytes(artifact.sizeBytes)}, over its budget of ${formatBytes(artifact.budgetBytes)}`;
    findings.push({
      severity,
      code: 'over-budget',
      message,
      hints: [`the largest parts beside the kernel: ${largest.join(', ')}`, `allow more: \`budget: { size: … }\` in ${assembly.file}`],
    });
  }
  const { memoryBytes: allowed } = assembly.budget;
  if (allowed !== undefined && allowed < artifact.leastMemoryBytes) {
    const message = `${artifact.name} needs a machine of ${formatBytes(artifact.leastMemoryBytes)} to unpack itself, over its budget of ${formatBytes(allowed)}`;
    const hints = [
      `allow more: \`budget: { memory: … }\` in ${assembly.file}`,
      ...(assembly.layout === 'initrd' ? ["leave containers' trees on a disk, where they need no memory: `layout: disk`"] : []),
    ];
    findings.push({ severity, code: 'over-memory', message, hints });
  }
  return findings;
}
