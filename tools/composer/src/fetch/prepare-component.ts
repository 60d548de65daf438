import { decompress } from '@moby/content';
import { extractModuleFacts, formatFacts, formatSymbols } from '@moby/abi';
import { Failure, type PayloadEntry, type PlatformSymbols } from '@moby/model';
import { withPart } from '../build/lost-blob.ts';
import { installedModule } from '../build/plan-guest.ts';
import { diskPlacementOf, type PreparedDiskTree } from '../disk/disk-tree.ts';
import { storeDiskTree } from '../disk/store-disk-tree.ts';
import { checkDigest, factsOf, openPayload, sha256Of, symbolsOf, type OpenedPayload } from './open-payload.ts';
import {
  modulesKey,
  placementOf,
  segmentKey,
  treeKey,
  type NoticeMark,
  type PreparedKernel,
  type PreparedTree,
  type TreeEntryMark,
} from './prepared.ts';
import { modulePaths, payloadOf, type Prepared, type Preparation } from './recall-prepared.ts';
import { storeSegment } from './store-segment.ts';

/**
 * Opens a component's payload, proves digest and facts, and writes what an image needs of it into the store. The packages
 * it is derived from are in the store. Throws `store-corrupt`, `wrong-digest`, `wrong-facts`, `bad-archive`, `no-space`.
 */
export async function prepareComponent(preparation: Preparation): Promise<Prepared> {
  const { component, store } = preparation;
  const payload = payloadOf(preparation);
  const label = `${component.manifest.name} ${component.manifest.version}`;
  const opened = await openPayload({ payload, folder: component.folder, store }).catch((error: unknown) => {
    throw withPart(error, `the payload of ${label}`);
  });
  checkDigest({ component: label, expected: payload.digest, opened });
  await checkFacts(preparation, opened);
  checkSymbols(preparation, opened);
  await store.remember('notices', treeKey(payload.digest), noticesOf(opened.entries));
  return component.manifest.kind === 'kernel' ? prepareKernel(preparation, opened) : prepareTree(preparation, opened);
}

async function prepareTree(preparation: Preparation, { digest, entries }: OpenedPayload): Promise<PreparedTree | PreparedDiskTree> {
  const { component, store, compressor } = preparation;
  const label = `${component.manifest.name} ${component.manifest.version}`;
  const shown = entries.filter((entry) => !isNotice(entry.path));
  const marks = shown.map((entry): TreeEntryMark => {
    if (entry.kind === 'directory') return { path: entry.path, kind: 'directory', mode: entry.mode };
    return { path: entry.path, kind: entry.kind, same: entry.kind === 'file' ? sha256Of(entry.bytes) : entry.target };
  });
  await store.remember('trees', treeKey(digest), marks);
  if (preparation.onDisk) {
    const disk = await storeDiskTree({ store, label, payload: digest, entries: shown });
    return { payload: digest, placement: diskPlacementOf(digest), entries: marks, disk };
  }
  const placement = placementOf(component.manifest, digest);
  const segment = await storeSegment({
    store,
    compressor,
    label,
    placement: placement === '' ? { kind: 'base' } : { kind: 'tree', prefix: placement.slice(1) },
    entries: shown,
  });
  await store.remember('segments', segmentKey(digest, placement, compressor), segment);
  return { payload: digest, placement, entries: marks, segment };
}

/** Where a kernel's package has its image: in `boot`, or beside its modules, as Debian's newer ones do. */
const imagePattern = /^(?:boot\/vmlinuz(?:-[^/]*)?|usr\/lib\/modules\/[^/]+\/vmlinuz)$/;

async function prepareKernel(preparation: Preparation, { digest, entries }: OpenedPayload): Promise<PreparedKernel> {
  const { component, store, compressor } = preparation;
  const kernel = entries.find((entry) => entry.kind === 'file' && imagePattern.test(entry.path));
  if (kernel?.kind !== 'file') {
    throw new Failure({
      code: 'invalid-input',
      message: `${component.manifest.name} ${component.manifest.version} has no kernel image: no file \`boot/vmlinuz*\` or \`usr/lib/modules/*/vmlinuz\``,
      hints: ['keep that of its package'],
    });
  }
  const image = await store.write(kernel.bytes, { sizeBytes: kernel.bytes.length });
  await store.remember('kernels', treeKey(digest), image);
  const installed: PayloadEntry[] = [];
  for (const { name, path } of preparation.modules) {
    const entry = entries.find((candidate) => `/${candidate.path}` === path);
    if (entry?.kind !== 'file') throw wrongFacts(preparation, `the module ${name} is not at ${path}`);
    const bytes = await decompress(entry.bytes, entry.path, entry.path);
    checkModule(preparation, { name, bytes, path });
    installed.push({ kind: 'file', path: installedModule(entry.path), mode: 0o644, bytes });
  }
  const placement = { kind: 'additions', directories: {}, owns: ['usr/lib/modules'] } as const;
  const segment = await storeSegment({ store, compressor, label: 'modules', placement, entries: installed });
  await store.remember('segments', modulesKey(digest, modulePaths(preparation), compressor), segment);
  return { payload: digest, image, modules: segment };
}

/**
 * Facts are read again whenever the payload is at hand, as it may have come from a mirror where nobody has held it against them; of a
 * kernel's modules, those that the assembly loads.
 */
async function checkFacts(preparation: Preparation, opened: OpenedPayload): Promise<void> {
  const { component, platform } = preparation;
  const known = component.facts?.platforms[platform];
  if (known === undefined) return;
  const isKernel = component.manifest.kind === 'kernel';
  const found = await factsOf(opened, { modules: !isKernel });
  const { kernel: _known, ...plainKnown } = known;
  const { kernel: _found, ...plainFound } = found;
  const [expected, actual] = isKernel
    ? [
        { ...plainKnown, unpackedBytes: 0 },
        { ...plainFound, unpackedBytes: 0 },
      ]
    : [known, found];
  if (formatFacts({ facts: 1, platforms: { [platform]: expected } }) !== formatFacts({ facts: 1, platforms: { [platform]: actual } })) {
    throw wrongFacts(preparation, 'its facts.json is not what its payload’s bytes say');
  }
}

/** The same for symbols.json, where the component has one. */
function checkSymbols(preparation: Preparation, opened: OpenedPayload): void {
  const { component, platform } = preparation;
  const known = component.symbols?.().platforms[platform];
  if (known === undefined) return;
  const text = (symbols: PlatformSymbols): string => formatSymbols({ symbols: 1, platforms: { [platform]: symbols } });
  if (text(known) !== text(symbolsOf(opened))) throw wrongFacts(preparation, 'its symbols.json is not what its payload’s bytes say');
}

function checkModule(preparation: Preparation, module: { readonly name: string; readonly bytes: Uint8Array; readonly path: string }): void {
  const known = preparation.component.facts?.platforms[preparation.platform]?.kernel?.modules[module.name];
  const found = extractModuleFacts(module.bytes, module.path);
  if (known === undefined || found.depends.join(' ') !== known.depends.join(' ') || found.before.join(' ') !== known.before.join(' ')) {
    throw wrongFacts(preparation, `its facts.json and ${module.path} name other dependencies of the module ${module.name}`);
  }
}

function wrongFacts({ component }: Preparation, what: string): Failure {
  return new Failure({
    code: 'wrong-facts',
    message: `${component.manifest.name} ${component.manifest.version}: ${what}`,
    hints: [`moby-compose component build ${component.manifest.name}/${component.line}`],
  });
}

function noticesOf(entries: readonly PayloadEntry[]): readonly NoticeMark[] {
  return entries.flatMap((entry) =>
    entry.kind === 'file' && isNotice(entry.path) ? [{ path: entry.path, text: new TextDecoder().decode(entry.bytes) }] : [],
  );
}

/** Copyright files are in the artifact's notices, not in the machine. */
function isNotice(path: string): boolean {
  return path === 'usr/share' || path === 'usr/share/doc' || path.startsWith('usr/share/doc/');
}
