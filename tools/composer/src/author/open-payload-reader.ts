import { join } from 'node:path';
import { parseModuleSymvers } from '@moby/abi';
import { derivePayload, openRecipe, pinDigest, readKeptFiles } from '@moby/content';
import { factsSources, Failure, type ContentStore, type DebSource, type Diagnostic, type KernelSymbols } from '@moby/model';
import { factsOf, missingPins, symbolsOf, type Download } from '../fetch/open-payload.ts';
import type { DerivedPayload, DeriveRequest, PayloadReader } from './payload-reader.ts';

export interface PayloadReaderOptions {
  readonly store: ContentStore;
  readonly download: Download;
  /** Findings about sources, as `privilege-dropped` and `copyright-elsewhere`. */
  readonly warn: (finding: Diagnostic) => void;
  /** `false` leaves the sources for facts only alone, as they aren't worth a download for an image: what they say stays unknown. */
  readonly factsSources?: false;
}

/** Reads payloads from their sources, always: what the store has under the manifest's digest would prove nothing. */
export function openPayloadReader({ store, download, warn, factsSources: all }: PayloadReaderOptions): PayloadReader {
  return {
    async derive({ folder, payload }: DeriveRequest): Promise<DerivedPayload> {
      const forFacts = all === false ? [] : factsSources(payload);
      const missing = [...(await missingPins(payload, store)), ...(await absent(forFacts, store))];
      if (missing.length > 0) await download(missing);
      const derived = await derivePayload(openRecipe({ payload, filesFolder: join(folder, 'files'), store }));
      derived.findings.forEach(warn);
      const opened = { digest: derived.digest, sizeBytes: derived.size, entries: derived.entries };
      const kernelSymbols = await readSymvers(forFacts, store);
      return {
        digest: opened.digest,
        sizeBytes: opened.sizeBytes,
        facts: await factsOf(opened, { modules: true }),
        symbols: symbolsOf(opened),
        ...(kernelSymbols === undefined ? {} : { kernelSymbols }),
      };
    },
  };
}

async function absent(pins: readonly DebSource[], store: ContentStore): Promise<readonly DebSource[]> {
  const missing: DebSource[] = [];
  for (const pin of pins) if (!(await store.has(pinDigest(pin)))) missing.push(pin);
  return missing;
}

const symversPattern = /^usr\/src\/linux-headers-([^/]+)\/Module\.symvers$/;

/** A kernel's exported symbols, from the one Module.symvers that its headers packages have. */
async function readSymvers(sources: readonly DebSource[], store: ContentStore): Promise<KernelSymbols | undefined> {
  let symbols: KernelSymbols | undefined;
  for (const source of sources) {
    for (const entry of await readKeptFiles(source, store)) {
      const release = symversPattern.exec(entry.path)?.[1];
      if (entry.kind !== 'file' || release === undefined) continue;
      if (symbols !== undefined)
        throw new Failure({
          code: 'invalid-input',
          message: `\`${source.package}\` has the symbols of \`${release}\`, others those of \`${symbols.release}\``,
        });
      symbols = parseModuleSymvers(new TextDecoder('latin1').decode(entry.bytes), { release, path: `/${entry.path}` });
    }
  }
  return symbols;
}
