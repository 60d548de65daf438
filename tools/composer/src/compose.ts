import type { Judged } from '@moby/model';
import type { Refreshed } from '@moby/registry';
import { buildArtifact } from './build/build-artifact.ts';
import { noticesOf } from './build/notices.ts';
import { writeArtifact } from './build/write-artifact.ts';
import { checkAssembly, countsOf, type Checked } from './check-assembly.ts';
import { compressorOf } from './compressor.ts';
import { diskPayloads } from './disk/disk-payloads.ts';
import { fetchPayloads, type Fetched } from './fetch/fetch-payloads.ts';
import { openArchive, type Archive } from './fetch/open-archive.ts';
import { openBlobMirrors, type BlobMirrors } from './fetch/open-blob-mirrors.ts';
import { isSourceVanished, refreshComponents, withRepin } from './fetch/refresh-components.ts';
import { writeLock } from './lock/lock-on-disk.ts';
import { isVaried } from './parse/apply-variation.ts';
import type { Composed, ComposeRequest } from './request.ts';
import type { World } from './world.ts';

/** How often a run may find that pins have vanished: once for each time that the archive changes under it. */
const maxRefreshes = 3;

/**
 * The line: parse → resolve → lock → check → fetch → build. The first four read manifests and facts alone, so an assembly is
 * refused before a byte of payload moves; the lock is written once they are through. Where fetch finds that the archive has
 * dropped pinned packages, their components are refreshed, and the line runs once more from its beginning.
 */
export async function compose(request: ComposeRequest, world: World): Promise<Judged<Composed>> {
  const reach = { surroundings: world.surroundings, store: world.store, isOffline: request.policy.offline };
  const mirrors = await openBlobMirrors(reach);
  const archive = openArchive(reach);
  const refreshed: Refreshed[] = [];
  try {
    for (let round = 0; ; round += 1) {
      const checked = await checkAssembly(request, world, refreshed);
      if (!checked.ok) return checked;
      const lockState = await settleLock(checked.value, request);
      try {
        const fetched = await fetch({ checked: checked.value, request, world, archive, mirrors });
        const built = await build({ checked: checked.value, request, world, fetched, archive, mirrors });
        return built.ok ? { ok: true, value: { ...built.value, lockState }, findings: [...checked.findings, ...built.findings] } : built;
      } catch (error) {
        const { resolution } = checked.value;
        if (!isSourceVanished(error) || request.policy.locked || round >= maxRefreshes) throw withRepin(error, resolution);
        const { warn } = world.surroundings;
        refreshed.push(...(await refreshComponents({ vanished: error.pins, resolution, archive, store: world.store, warn })));
      }
    }
  } finally {
    archive.close();
    mirrors.close();
  }
}

/** The lock is written once the check has passed, and never by a try. */
export async function settleLock(checked: Checked, request: ComposeRequest): Promise<Composed['lockState']> {
  if (isVaried(request.variation)) return 'left alone';
  if (checked.lockState === 'same') return 'unchanged';
  await writeLock(checked.lockFile, checked.lock);
  return 'written';
}

interface Station {
  readonly checked: Checked;
  readonly request: ComposeRequest;
  readonly world: World;
  readonly archive: Archive;
  readonly mirrors: BlobMirrors;
}

async function fetch({ checked, request, world, archive, mirrors }: Station): Promise<Fetched> {
  const { progress } = world.surroundings;
  progress.step({ step: 'fetch' });
  const { assembly, resolution, verdict } = checked;
  const { platform } = request;
  const compressor = compressorOf(request.level);
  const onDisk = diskPayloads({ assembly, resolution, platform });
  const reach = { store: world.store, download: archive.download, fromMirrors: mirrors.bring };
  return fetchPayloads({ resolution, verdict, platform, onDisk, compressor, ...reach, progress });
}

async function build({
  checked,
  request,
  world,
  fetched,
  archive,
  mirrors,
}: Station & { readonly fetched: Fetched }): Promise<Judged<Omit<Composed, 'lockState'>>> {
  const { progress } = world.surroundings;
  const { assembly, resolution, verdict, lock, lockFile, read } = checked;
  const { platform } = request;
  progress.step({ step: 'build' });
  const isRefreshed = [...resolution.components.values()].some((component) => component.refreshed !== undefined);
  const compressor = compressorOf(request.level);
  const budgetBinds = !isVaried(request.variation) && !isRefreshed;
  const { download } = archive;
  const built = await buildArtifact({
    assembly,
    resolution,
    verdict,
    platform,
    compressor,
    fetched,
    store: world.store,
    download,
    fromMirrors: mirrors.bring,
    budgetBinds,
  });
  if (!built.ok) return built;
  const { artifact, kernel, initrd, disk } = built.value;
  const folder = world.outFolder(request, assembly);
  const texts = await noticesOf({
    resolution,
    platform,
    store: world.store,
    title: `${assembly.name} ${assembly.version} for ${platform}`,
  });
  const written = await writeArtifact({ built: built.value, texts, folder, store: world.store });
  progress.step({ step: 'build', done: 1, total: 1, unit: 'items', note: written ? 'written' : 'unchanged' });
  const made = { kernel, initrd, disk, texts, packages: fetched.packages, checked: countsOf(verdict), read };
  return {
    ok: true,
    value: { assembly, resolution, verdict, lock, lockFile, artifact, folder, unchanged: !written, made },
    findings: built.findings,
  };
}
