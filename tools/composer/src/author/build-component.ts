import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Diagnostic, type Digest, type Facts, type Manifest, type Platform, type Version } from '@moby/model';
import { readComponentFolder, readText, type ComponentFolder } from './component-folder.ts';
import { deriveComponent, type DerivedComponent } from './derive-component.ts';
import { isDeb } from './found-pin.ts';
import type { PayloadReader } from './payload-reader.ts';
import { platformsOf } from './revise-manifest.ts';
import { writeText } from './write-text.ts';

export interface BuildRequest {
  readonly folder: string;
  /** Writes nothing; a difference to what is committed is an error. */
  readonly check?: boolean;
  readonly payloads: PayloadReader;
}

export interface BuildReport {
  readonly component: string;
  readonly version: Version;
  readonly manifest: Manifest;
  readonly facts: Facts;
  readonly payloads: readonly BuiltPayload[];
  /** What differs from the committed files: warnings, or errors where it was only checked. */
  readonly findings: readonly Diagnostic[];
  readonly written: boolean;
}

export interface BuiltPayload {
  readonly platform: Platform;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/**
 * Derives a component's payloads from its pins and writes digest, size, `proven` and facts.json. The revision stays: it is
 * raised by `updateComponents`. Throws `Failure` (invalid-input, network, wrong-digest, source-vanished, bad-archive, io).
 */
export async function buildComponent(request: BuildRequest): Promise<BuildReport> {
  const component = await readComponentFolder(request.folder);
  requirePins(component);
  const derived = await deriveComponent({
    folder: request.folder,
    component: component.id,
    json: component.json,
    payloads: request.payloads,
  });
  const committed: Committed = {
    facts: await readFacts(request.folder),
    symbols: await readOptional(request.folder, symbolsFile),
    kernelSymbols: await readOptional(request.folder, kernelSymbolsFile),
    check: request.check === true,
  };
  const findings = differences(component, derived, committed);
  const written = request.check !== true && (await writeDerived(component, derived));
  return {
    component: component.id,
    version: derived.manifest.version,
    manifest: derived.manifest,
    facts: derived.facts,
    payloads: builtPayloads(derived),
    findings,
    written,
  };
}

/**
 * Writes what differs, and tells whether anything did. facts.json first: package.json, which names the payload that the
 * facts belong to, is what others look at.
 */
export async function writeDerived(component: ComponentFolder, derived: DerivedComponent): Promise<boolean> {
  const factsDiffer = (await readFacts(component.folder)) !== derived.factsText;
  const packageDiffers = component.text !== derived.packageText;
  const symbolsDiffer = await writeOptional(component.folder, symbolsFile, derived.symbolsText);
  const kernelSymbolsDiffer = await writeOptional(component.folder, kernelSymbolsFile, derived.kernelSymbolsText);
  if (factsDiffer) await writeText(join(component.folder, 'facts.json'), derived.factsText);
  if (packageDiffers) await writeText(join(component.folder, 'package.json'), derived.packageText);
  return factsDiffer || symbolsDiffer || kernelSymbolsDiffer || packageDiffers;
}

/** Beside facts.json: the symbols of ELF files, and those that a kernel exports, whose digest stands in facts.json. */
const symbolsFile = 'symbols.json';
export const kernelSymbolsFile = 'kernel-symbols.json';

/** Writes a file that is not always there, or takes it away; tells whether it differed. */
async function writeOptional(folder: string, name: string, text: string | undefined): Promise<boolean> {
  if ((await readOptional(folder, name)) === text) return false;
  await (text === undefined ? rm(join(folder, name)) : writeText(join(folder, name), text));
  return true;
}

function readFacts(folder: string): Promise<string | undefined> {
  return readOptional(folder, 'facts.json');
}

async function readOptional(folder: string, name: string): Promise<string | undefined> {
  return existsSync(join(folder, name)) ? readText(join(folder, name)) : undefined;
}

function requirePins({ id, manifest }: ComponentFolder): void {
  const sources = Object.values(manifest.payload.platforms).flatMap((payload) => payload.sources.filter(isDeb));
  const unpinned = sources.filter((source) => source.sha256 === '' || source.path === '').map((source) => `\`${source.package}\``);
  if (unpinned.length === 0) return;
  const hints = [`npx moby-compose component update ${id}`];
  throw new Failure({ code: 'invalid-input', message: `\`${id}\` does not pin ${unpinned.join(', ')}`, hints });
}

export function builtPayloads({ manifest, json }: Pick<DerivedComponent, 'manifest' | 'json'>): readonly BuiltPayload[] {
  return platformsOf(json).flatMap((platform) => {
    const payload = manifest.payload.platforms[platform];
    return payload === undefined ? [] : [{ platform, digest: payload.digest, sizeBytes: payload.size }];
  });
}

interface Committed {
  readonly facts: string | undefined;
  readonly symbols: string | undefined;
  readonly kernelSymbols: string | undefined;
  readonly check: boolean;
}

function differences(component: ComponentFolder, derived: DerivedComponent, committed: Committed): readonly Diagnostic[] {
  const severity = committed.check ? 'error' : 'warning';
  const hints = committed.check ? [`npx moby-compose component build ${component.id}`] : [];
  const findings: Diagnostic[] = [];
  const before = component.json.component;
  for (const { platform, digest } of builtPayloads(derived)) {
    const told = before.payload.platforms[platform]?.digest;
    if (told === digest || (told === undefined && !committed.check)) continue;
    const message =
      told === undefined
        ? `the payload of \`${component.id}\` for ${platform} was never built`
        : `the payload of \`${component.id}\` for ${platform} is ${short(digest)}, not ${short(told)}`;
    findings.push({ severity, code: 'payload-differs', message, hints });
  }
  if (JSON.stringify(before.proven) !== JSON.stringify(derived.json.component.proven) && (before.proven !== undefined || committed.check)) {
    findings.push({
      severity,
      code: 'proven-differs',
      message: `what \`${component.id}\` offers and needs by its bytes is not what its \`proven\` says`,
      hints,
    });
  }
  if (committed.facts !== derived.factsText && (committed.facts !== undefined || committed.check)) {
    const message =
      committed.facts === undefined
        ? `\`${component.id}\` has no facts.json`
        : `the facts of \`${component.id}\` are not what its facts.json says`;
    findings.push({ severity, code: 'facts-differ', message, hints });
  }
  if (committed.symbols !== derived.symbolsText && (committed.symbols !== undefined || committed.check)) {
    const message =
      committed.symbols === undefined
        ? `\`${component.id}\` has no ${symbolsFile}`
        : `the symbols of \`${component.id}\` are not what its ${symbolsFile} says`;
    findings.push({ severity, code: 'facts-differ', message, hints });
  }
  if (committed.kernelSymbols !== derived.kernelSymbolsText && (committed.kernelSymbols !== undefined || committed.check)) {
    const message = `the symbols that \`${component.id}\` exports are not what its ${kernelSymbolsFile} says`;
    findings.push({ severity, code: 'facts-differ', message, hints });
  }
  return findings;
}

function short(digest: string): string {
  return `${digest.slice(0, 'sha256:'.length + 12)}…`;
}
