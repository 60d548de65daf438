import { openArchive, storeFolder } from '@moby/composer';
import { pinDigest } from '@moby/content';
import { openContentStore } from '@moby/content/store';
import { readContents, type PayloadProof, type Release } from '@moby/governor';
import { Failure, type DebSource } from '@moby/model';
import { packFiles } from '@moby/registry/pack';
import { openProver, proverLimits } from '@moby/registry-server';
import type { Session } from '../moby-command.ts';
import { surroundingsOf, type WorldFlags } from '../surroundings.ts';

export interface Derivation {
  payloadOf(release: Release): Promise<PayloadProof>;
  close(): void;
}

/**
 * Derives payloads as the registry does: of pinned packages, in a process of its own, within its bounds. Packages that the store lacks are
 * downloaded first, unless that is forbidden; what can't be had, or is too much, leaves the payload unproven, with why.
 */
export async function openDerivation(flags: WorldFlags & { readonly offline: boolean }, session: Session): Promise<Derivation> {
  const { reporter } = session;
  const folder = storeFolder(process.env);
  const store = openContentStore(folder);
  const archive = openArchive({ surroundings: await surroundingsOf(flags, session), store, isOffline: flags.offline });
  const prover = openProver({ store: folder, ...proverLimits });
  return {
    payloadOf: async ({ label, files }) => {
      const pins = await pinsOf(files);
      const bytes = pins.reduce((sum, { size }) => sum + size, 0);
      const missing: DebSource[] = [];
      for (const pin of pins) if (!(await store.has(pinDigest(pin)))) missing.push(pin);
      reporter.step({ step: 'derive', done: 0, total: 1, unit: 'items', note: label });
      if (missing.length > 0 && bytes <= 2 * proverLimits.maxBytes) {
        const failed = await archive.download(missing).catch((error: unknown) => {
          if (error instanceof Failure) return error;
          throw error;
        });
        if (failed instanceof Failure) return { kind: 'unproven', why: failed.message };
      }
      return prover.prove({ name: label, tarball: packFiles([...files].map(([path, content]) => ({ path, bytes: content }))).tarball });
    },
    close: () => {
      prover.close();
      archive.close();
    },
  };
}

async function pinsOf(files: Release['files']): Promise<readonly DebSource[]> {
  const contents = await readContents(files);
  const sources = Object.values(contents?.manifest.payload.platforms ?? {}).flatMap((payload) => payload.sources);
  return sources.flatMap((source) => (source.kind === 'deb' && source.sha256 !== '' ? [source] : []));
}
