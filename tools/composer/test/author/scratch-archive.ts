import { fetchBlobs, openContentStore, openHttp, openSuite, type DebianLocation } from '@moby/content';
import {
  makeDebianArchive,
  scratchFolder,
  startFaultyServer,
  type ArchiveSpec,
  type DebInput,
  type Fault,
  type PublishedPackage,
} from '@moby/testkit';
import { expect, onTestFinished } from 'vitest';
import { openPayloadReader, openPinFinder, type PayloadReader, type PinFinder } from '../../src/author/index.ts';
import { draft } from './scratch-component.ts';

/** A small Debian archive that signs its own index, on a port of this machine, and an author who trusts its key. */
export interface ScratchArchive {
  /** A finder that has read nothing yet: an index is read once a run. */
  finder(): PinFinder;
  readonly payloads: PayloadReader;
  /** Requests for packages so far. */
  downloads(): readonly string[];
  publish(suites: ArchiveSpec['suites']): Promise<readonly PublishedPackage[]>;
  setFaults(faults: readonly Fault[]): void;
}

export async function scratchArchive(suites: ArchiveSpec['suites']): Promise<ScratchArchive> {
  const archive = await makeDebianArchive(scratchFolder(), { suites: withSecurity(suites) });
  const server = await startFaultyServer(archive.folder);
  const http = openHttp();
  onTestFinished(async () => {
    http.close();
    await server.close();
  });
  const store = openContentStore(scratchFolder());
  const locations: readonly DebianLocation[] = [{ url: server.url, origin: 'the test' }];
  const noDelay = (): Promise<void> => Promise.resolve();
  const warn = (finding: { readonly message: string }): void => expect.unreachable(finding.message);
  const now = new Date('2026-11-24T00:00:00Z');
  return {
    finder: () =>
      openPinFinder({
        warn,
        open: (suite) => openSuite({ ...suite, component: 'main', locations, now, keys: [archive.publicKey], http, delay: noDelay }),
      }),
    payloads: openPayloadReader({
      store,
      warn,
      download: async (pins) => {
        await fetchBlobs(pins, { store, http, locations: () => Promise.resolve(locations), delay: noDelay });
      },
    }),
    downloads: () => server.requests.filter((request) => request.includes('/pool/')),
    publish: (next) => archive.publish({ suites: withSecurity(next) }),
    setFaults: (faults) => server.setFaults(faults),
  };
}

/** An archive without security updates is warned of: here it has them, though none are needed. */
function withSecurity(suites: ArchiveSpec['suites']): ArchiveSpec['suites'] {
  return { 'scratch-security': { packages: [], pool: 'pool/updates/main' }, ...suites };
}

/** A package of one program, which prints what is given. */
export function greeter(version: string, prints = 'hello', name = 'hello'): DebInput {
  const doc = `usr/share/doc/${name}`;
  return {
    package: name,
    version,
    files: [
      ...['usr', 'usr/bin', 'usr/share', 'usr/share/doc', doc].map((path) => ({ path, kind: 'directory' as const })),
      { path: `usr/bin/${name}`, mode: 0o755, content: `#!/bin/sh\necho ${prints}\n` },
      { path: `${doc}/copyright`, content: 'MIT\n' },
    ],
  };
}

export function keepHello(suite = 'scratch'): object {
  return { kind: 'deb', package: 'hello', suite, keep: ['usr/bin/hello'] };
}

/** A kernel 6.12.`patch` that follows its metapackage. */
export function scratchKernel(patch: number): object {
  const upstream = `6.12.${patch}`;
  return draft({
    name: 'linux',
    version: `6.12.${patch * 100 + 1}`,
    upstream,
    sources: [
      {
        kind: 'deb',
        package: `linux-image-${upstream}+scratch-cloud-amd64`,
        follows: 'linux-image-cloud-amd64',
        suite: 'scratch',
        keep: ['boot/vmlinuz-*', 'usr/lib/modules/**'],
      },
    ],
    manifest: { kind: 'kernel', provides: { 'kernel:linux': upstream }, exclusive: ['slot:kernel'] },
  });
}
