import { join } from 'node:path';
import { derivePayload, openRecipe } from '@moby/content';
import type { ContentStore, Diagnostic } from '@moby/model';
import { factsOf, missingPins, symbolsOf, type Download } from '../fetch/open-payload.ts';
import type { DerivedPayload, DeriveRequest, PayloadReader } from './payload-reader.ts';

export interface PayloadReaderOptions {
  readonly store: ContentStore;
  readonly download: Download;
  /** Findings about sources, as `privilege-dropped` and `copyright-elsewhere`. */
  readonly warn: (finding: Diagnostic) => void;
}

/** Reads payloads from their sources, always: what the store has under the manifest's digest would prove nothing. */
export function openPayloadReader({ store, download, warn }: PayloadReaderOptions): PayloadReader {
  return {
    async derive({ folder, payload }: DeriveRequest): Promise<DerivedPayload> {
      const missing = await missingPins(payload, store);
      if (missing.length > 0) await download(missing);
      const derived = await derivePayload(openRecipe({ payload, filesFolder: join(folder, 'files'), store }));
      derived.findings.forEach(warn);
      const opened = { digest: derived.digest, sizeBytes: derived.size, entries: derived.entries, derived: true };
      const facts = await factsOf(opened, { modules: true });
      return { digest: opened.digest, sizeBytes: opened.sizeBytes, facts, symbols: symbolsOf(opened) };
    },
  };
}
