import { join } from 'node:path';
import { deriveCapabilities, formatFacts, formatKernelSymbols, formatSymbols } from '@moby/abi';
import type { Facts, KernelSymbols, Manifest, ManifestJson, Platform, PlatformFacts, PlatformSymbols, Symbols } from '@moby/model';
import { sha256Of } from '../fetch/open-payload.ts';
import { parseDraft } from './component-folder.ts';
import { formatJson } from './edit-json.ts';
import type { PayloadReader } from './payload-reader.ts';
import {
  platformsOf,
  withPayloads,
  withProven,
  withPublished,
  withVersion,
  type PayloadMark,
  type VersionChange,
} from './revise-manifest.ts';

/** Everything that the tool writes of a component, made from its hand-written parts and its pins. */
export interface DerivedComponent {
  readonly json: ManifestJson;
  readonly manifest: Manifest;
  readonly facts: Facts;
  readonly symbols: Symbols;
  /** The texts of package.json, facts.json and symbols.json; the last is missing where no file has symbols. */
  readonly packageText: string;
  readonly factsText: string;
  readonly symbolsText: string | undefined;
  /** The text of kernel-symbols.json; missing where no source for facts only says what a kernel exports. */
  readonly kernelSymbolsText: string | undefined;
}

/** Derives each platform's payload and puts digest, size and what the bytes prove into the manifest. */
export async function deriveComponent(options: {
  readonly folder: string;
  readonly component: string;
  readonly json: ManifestJson;
  readonly payloads: PayloadReader;
}): Promise<DerivedComponent> {
  const { folder, component, payloads } = options;
  const file = join(folder, 'package.json');
  const draft = await parseDraft(file, formatJson(options.json));
  const marks = new Map<Platform, PayloadMark>();
  const found: Partial<Record<Platform, PlatformFacts>> = {};
  const symbolsFound: Partial<Record<Platform, PlatformSymbols>> = {};
  const kernelSymbols: Partial<Record<Platform, KernelSymbols>> = {};
  for (const platform of platformsOf(options.json)) {
    const payload = draft.manifest.payload.platforms[platform];
    if (payload === undefined) continue;
    const derived = await payloads.derive({ component, folder, platform, payload });
    marks.set(platform, { digest: derived.digest, size: derived.sizeBytes });
    found[platform] = derived.facts;
    if (Object.keys(derived.symbols.files).length > 0) symbolsFound[platform] = derived.symbols;
    if (derived.kernelSymbols !== undefined) kernelSymbols[platform] = derived.kernelSymbols;
  }
  const kernelSymbolsText =
    Object.keys(kernelSymbols).length === 0 ? undefined : formatKernelSymbols({ symbols: 1, platforms: kernelSymbols });
  const facts: Facts = { facts: 1, platforms: withKernelSymbols(found, kernelSymbolsText) };
  const symbols: Symbols = { symbols: 1, platforms: symbolsFound };
  const symbolsText = Object.keys(symbolsFound).length === 0 ? undefined : formatSymbols(symbols);
  const revised = withProven(withPayloads(options.json, marks), deriveCapabilities(facts));
  const packageText = formatJson(withPublished(revised, 'symbols.json', symbolsText !== undefined));
  const { json, manifest } = await parseDraft(file, packageText);
  return { json, manifest, facts, symbols, packageText, factsText: formatFacts(facts), symbolsText, kernelSymbolsText };
}

/** The kernel's facts name the digest of kernel-symbols.json, so that the component's digest covers it unread. */
function withKernelSymbols(found: Facts['platforms'], kernelSymbolsText: string | undefined): Facts['platforms'] {
  if (kernelSymbolsText === undefined) return found;
  const symbols = sha256Of(Buffer.from(kernelSymbolsText));
  return Object.fromEntries(
    Object.entries(found).map(([platform, facts]) => [
      platform,
      facts.kernel === undefined ? facts : { ...facts, kernel: { ...facts.kernel, symbols } },
    ]),
  );
}

/** The same payloads under another version. */
export async function withDerivedVersion(folder: string, derived: DerivedComponent, change: VersionChange): Promise<DerivedComponent> {
  const packageText = formatJson(withVersion(derived.json, change));
  const { json, manifest } = await parseDraft(join(folder, 'package.json'), packageText);
  return { ...derived, json, manifest, packageText };
}
