import type { SourceVanished } from '@moby/content';
import { Failure, type ContentStore, type DebSource, type Diagnostic, type RegistryComponent } from '@moby/model';
import type { Refreshed } from '@moby/registry';
import type { Resolution } from '../resolve/resolution.ts';
import type { Archive } from './open-archive.ts';
import { rememberRefreshed } from './refreshed-memory.ts';

export interface RefreshOptions {
  readonly vanished: readonly DebSource[];
  readonly resolution: Resolution;
  readonly archive: Archive;
  readonly store: ContentStore;
  readonly warn: (finding: Diagnostic) => void;
}

/** The chosen components whose pins have vanished, with what their suites have now; each is said, and remembered. */
export async function refreshComponents({ vanished, resolution, archive, store, warn }: RefreshOptions): Promise<readonly Refreshed[]> {
  const { openPayloadReader, openPinFinder, refreshPins } = await import('../author/index.ts');
  const finder = openPinFinder({ open: archive.openSuite, warn });
  const payloads = openPayloadReader({ store, download: archive.download, warn, factsSources: false });
  const refreshed: Refreshed[] = [];
  for (const component of resolution.components.values()) {
    const lost = vanished.filter((pin) => hasPin(component, pin));
    if (lost.length === 0) continue;
    const result = await refreshPins({ component, vanished: lost, finder, payloads });
    result.findings.forEach(warn);
    const one = { hides: component.manifest.version, component: result.component };
    await rememberRefreshed(store, { refreshed: one, of: component.tree, findings: result.findings });
    refreshed.push(one);
  }
  return refreshed;
}

/** By its code: the class stands beside the downloads, which a run that finds everything in the store never loads. */
export function isSourceVanished(error: unknown): error is SourceVanished {
  return error instanceof Failure && error.code === 'source-vanished' && 'pins' in error;
}

/** A vanished pin that may not be refreshed: which command pins what there is now. */
export function withRepin(error: unknown, resolution: Resolution): unknown {
  if (!isSourceVanished(error)) return error;
  const lines = [...resolution.components.values()].filter((component) => error.pins.some((pin) => hasPin(component, pin)));
  const names = lines.map(({ manifest, line }) => `${manifest.name}/${line}`).sort();
  return new Failure({
    code: 'source-vanished',
    message: error.message,
    hints: [`pin what the archive has now: moby-compose component update ${names.join(' ')}`],
    cause: error,
  });
}

function hasPin({ manifest }: RegistryComponent, pin: DebSource): boolean {
  return Object.values(manifest.payload.platforms).some((payload) =>
    payload.sources.some((source) => source.kind === 'deb' && source.sha256 === pin.sha256),
  );
}
