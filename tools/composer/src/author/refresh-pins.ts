import { createHash } from 'node:crypto';
import { parseKernelSymbols } from '@moby/abi';
import {
  Failure,
  makeVersion,
  parseDigest,
  upstreamOf,
  type DebSource,
  type Diagnostic,
  type Digest,
  type RefreshedPin,
  type RegistryComponent,
  type Version,
} from '@moby/model';
import { readComponentFolder, type ComponentFolder } from './component-folder.ts';
import { deriveComponent, withDerivedVersion, type DerivedComponent } from './derive-component.ts';
import { findPins, type PinChange } from './find-pins.ts';
import type { PinFinder } from './found-pin.ts';
import { leftLineOnRefresh } from './left-line.ts';
import type { PayloadReader } from './payload-reader.ts';
import { withPins } from './revise-manifest.ts';

export interface RefreshRequest {
  readonly component: RegistryComponent;
  /** The pins that no location has any more. */
  readonly vanished: readonly DebSource[];
  readonly finder: PinFinder;
  readonly payloads: PayloadReader;
}

export interface RefreshedComponent {
  /** For the local overlay: manifest, facts and tree of the refreshed component, with its `refreshed` pins. */
  readonly component: RegistryComponent;
  /** `source-moved`, one warning a vanished package. */
  readonly findings: readonly Diagnostic[];
}

/**
 * The component with the newest packages of its suites in place of pins that have vanished; nothing is written to the
 * component's folder. All pins of the component move together, since they are built from one source. The same upstream
 * keeps its version, a newer one within the line begins at revision 1. Its `tree` is the digest of the component's own
 * and of the new pins. Throws `Failure` `source-vanished` where the suite has left the line or has nothing newer.
 */
export async function refreshPins(request: RefreshRequest): Promise<RefreshedComponent> {
  const { component, vanished } = request;
  const source = { ...(await readComponentFolder(component.folder)), ...namesOf(component) };
  const found = await findPins(source, request.finder);
  const names = vanished.map((pin) => `${pin.package} ${pin.version}`).join(', ');
  if (found.kind === 'left-line') throw new Failure({ code: 'source-vanished', ...leftLineOnRefresh({ ...found.left, vanished: names }) });
  const changes = found.kind === 'pins' ? found.changes : [];
  const stuck = vanished.find((pin) => !changes.some((change) => change.package === pin.package));
  if (found.kind === 'none' || stuck !== undefined) throw nothingNewer(source, stuck ?? vanished[0]);
  const derived = await deriveComponent({
    folder: source.folder,
    component: source.id,
    json: withPins(source.json, found.pins),
    payloads: request.payloads,
  });
  const before = upstreamOf(source.manifest.version);
  const version = found.upstream.semver === before ? source.manifest.version : makeVersion(found.upstream.semver, 1);
  const changed = await withDerivedVersion(source.folder, derived, {
    upstream: found.upstream.text,
    before,
    after: found.upstream.semver,
    version,
  });
  const refreshed = changes.map(refreshedPin);
  return {
    component: { ...withDerived(component, changed), tree: refreshedTree(component.tree, refreshed), refreshed },
    findings: vanished.map((pin) => sourceMoved(source, { pin, changes })),
  };
}

/** A component that came from a registry lies in a folder that says neither its name nor its line. */
function namesOf({ manifest, line }: RegistryComponent): Partial<Pick<ComponentFolder, 'id' | 'line'>> {
  return line === '' ? {} : { id: `${manifest.name}/${line}`, line };
}

/** All that was read from the old payload gives way to what the new one says, also where that says nothing. */
function withDerived(component: RegistryComponent, derived: DerivedComponent): RegistryComponent {
  const { symbols: _symbols, kernelSymbols: _kernelSymbols, ...kept } = component;
  const { manifest, facts, symbols, symbolsText, kernelSymbolsText } = derived;
  return {
    ...kept,
    manifest,
    facts,
    ...(symbolsText === undefined ? {} : { symbols: () => symbols }),
    ...(kernelSymbolsText === undefined ? {} : { kernelSymbols: () => parseKernelSymbols(kernelSymbolsText, 'kernel-symbols.json') }),
  };
}

function refreshedPin(change: PinChange): RefreshedPin {
  const renamed = change.package === change.to ? '' : `${change.to} `;
  return { package: change.package, from: change.from, to: `${renamed}${change.version}`, sha256: change.sha256 };
}

function refreshedTree(tree: Digest, pins: readonly RefreshedPin[]): Digest {
  const lines = pins.map((pin) => `${pin.package} ${pin.to} ${pin.sha256}\n`).sort();
  const digest = parseDigest(
    `sha256:${createHash('sha256')
      .update(`${tree}\n${lines.join('')}`)
      .digest('hex')}`,
  );
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  return digest;
}

function sourceMoved(source: ComponentFolder, moved: { readonly pin: DebSource; readonly changes: readonly PinChange[] }): Diagnostic {
  const { pin } = moved;
  const now = moved.changes.find((change) => change.package === pin.package);
  const instead = now === undefined ? '' : now.to === pin.package ? now.version : `${now.to} ${now.version}`;
  return {
    severity: 'warning',
    code: 'source-moved',
    message: `the archive has dropped ${pin.package} ${pin.version}, which ${named(source)} pins`,
    note: `built with ${instead} instead: signed by the archive's key, same line, every check repeated, noted in the lock`,
    hints: [`keep it for everybody: npx moby-compose component update ${source.id}`, 'never accept it: --locked'],
  };
}

function named({ manifest }: { readonly manifest: { readonly name: string; readonly version: Version } }): string {
  return `${manifest.name} ${manifest.version}`;
}

function nothingNewer(source: ComponentFolder, pin: DebSource | undefined): Failure {
  const vanished = pin === undefined ? 'a package' : `${pin.package} ${pin.version}`;
  return new Failure({
    code: 'source-vanished',
    message: `no location has ${vanished}, which ${named(source)} pins, and ${pin?.suite ?? 'its suite'} has nothing newer in its place`,
    hints: ['npx moby-compose doctor', 'name another mirror: --debian-mirror'],
  });
}
