import type { ComposeRequest, Surroundings } from '@moby/composer';

/** A world that nobody is told of, at one moment; its store is where `environment` of `more` says. */
export function quietSurroundings(library: string, more: Partial<Surroundings> = {}): Surroundings {
  return {
    library,
    componentFolders: [],
    registries: undefined,
    currentFolder: library,
    environment: {},
    debianMirror: undefined,
    blobMirrors: { addresses: [], plainHttp: false },
    now: () => new Date('2026-11-24T00:00:00Z'),
    progress: { step: () => undefined },
    warn: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
}

export function ask(assembly: string, more: Partial<ComposeRequest> = {}): ComposeRequest {
  return {
    assembly,
    platform: 'linux/amd64',
    variation: { with: [], without: [], replace: [] },
    policy: { locked: false, offline: true },
    out: undefined,
    level: 3,
    ...more,
  };
}
