import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DebianSuite } from '@moby/content';
import {
  Failure,
  type ComponentName,
  type ContentStore,
  type Diagnostic,
  type Platform,
  type Progress,
  type Registry,
  type Version,
} from '@moby/model';
import type { Download } from '../../fetch/open-payload.ts';
import { deriveComponent, type DerivedComponent } from '../derive-component.ts';
import type { PayloadReader } from '../payload-reader.ts';
import { ownersText, readmeText, type NewOwner } from './component-texts.ts';
import type { Omission } from './payload/keep-optional.ts';
import { readLibraryOffers, type LibraryOffers } from './payload/library-offers.ts';
import { neededComponents, type NeededComponent } from './needed-components.ts';
import { openShelf, type PackageShelf } from './package/package-shelf.ts';
import { openStage, type Stage } from './open-stage.ts';
import { locate, planComponent, type ComponentPlan, type PlanContext } from './plan-component.ts';
import { planLibraries } from './plan-libraries.ts';

export interface NewRequest {
  /** The library's own, which its components' packages are named with, as `@moby`. */
  readonly scope: string;
  readonly name: ComponentName;
  /** Where the library's components lie. */
  readonly folder: string;
  readonly from: { readonly package: string; readonly suite: string };
  readonly line?: string | undefined;
  /** Writes over a line that is there. */
  readonly force: boolean;
  /** Makes components of the libraries that are missing, too. */
  readonly withLibraries: boolean;
  /** Who will answer for it. */
  readonly owner: NewOwner;
  /** The components that there are. */
  readonly registry: Registry;
  readonly openSuite: (which: { readonly suite: string; readonly architecture: string }) => Promise<DebianSuite>;
  readonly download: Download;
  readonly store: ContentStore;
  readonly payloads: PayloadReader;
  readonly warn: (finding: Diagnostic) => void;
  readonly progress?: Progress;
}

export interface NewReport {
  /** The new component last, the libraries that it needed before it. */
  readonly created: readonly CreatedComponent[];
  /** Libraries that are missing still. */
  readonly missing: readonly OfferedLibrary[];
  /** Sonames that nobody has. */
  readonly unfound: readonly string[];
}

export interface CreatedComponent {
  /** `name/line`. */
  readonly component: string;
  readonly version: Version;
  /** Below the library's folder. */
  readonly files: readonly string[];
  readonly pins: readonly { readonly platform: Platform; readonly package: string; readonly version: string }[];
  readonly needs: readonly NeededComponent[];
  readonly service: { readonly user: string; readonly capabilities: readonly string[]; readonly ports: readonly number[] } | undefined;
  readonly license: string;
  readonly omitted: readonly Omission[];
  readonly guesses: readonly string[];
  /** What a hand has to write before it is valid. */
  readonly blanks: readonly string[];
  readonly without: ComponentPlan['without'];
}

/** A component that would bring a missing library. */
export interface OfferedLibrary {
  readonly component: string;
  readonly name: ComponentName;
  readonly package: string;
  readonly suite: string;
}

const platforms: readonly Platform[] = ['linux/amd64', 'linux/arm64'];

/**
 * Makes a component of a Debian package: chooses what is kept by what its programs load, pins it on both platforms, derives
 * its payload, and moves it into the library whole. Throws `Failure` (usage, not-found, invalid-input, no-mirror, network,
 * bad-signature, bad-index, bad-archive, limit, io, no-space); nothing is written then.
 */
export async function newComponent(request: NewRequest): Promise<NewReport> {
  const { scope, name, from, line, folder, force } = request;
  const shelves = await openShelves(request);
  const offers = await readLibraryOffers(request.registry, name);
  const context: PlanContext = { scope, shelves, offers, linesOf: (of) => linesBelow(join(folder, of)) };
  const wish = { name, package: from.package, suite: from.suite, line };
  const located = locate(wish, context);
  if (!force && existsSync(join(folder, name, located.line))) throw lineExists(`${name}/${located.line}`);
  const plan = await planComponent(wish, context);
  const libraries = await planLibraries(plan, context);
  const stage = await openStage(folder);
  try {
    const wanted = request.withLibraries ? [...libraries.components, plan] : [plan];
    const derived: { readonly plan: ComponentPlan; readonly component: DerivedComponent }[] = [];
    for (const [index, one] of wanted.entries()) {
      request.progress?.step({ step: 'derive', done: index, total: wanted.length, unit: 'items', note: `${one.name}/${one.line}` });
      derived.push({ plan: one, component: await stageComponent(one, { request, stage, offers }) });
    }
    const created: CreatedComponent[] = [];
    for (const { plan: one, component } of derived)
      created.push(reportOf(one, component, { files: await stage.commit(one.name, one.line), offers, owner: request.owner }));
    return { created, missing: request.withLibraries ? [] : libraries.components.map(offered), unfound: libraries.unfound };
  } finally {
    await stage.close();
  }
}

/** A suite that lacks a platform is not opened for it, unless it lacks all of them. */
async function openShelves(request: NewRequest): Promise<readonly PackageShelf[]> {
  const { from, openSuite, download, store, warn, progress } = request;
  const shelves: PackageShelf[] = [];
  let failure: Failure | undefined;
  for (const platform of platforms) {
    try {
      const onPackage = (note: string): void => progress?.step({ step: 'read', note });
      shelves.push(
        await openShelf({
          platform,
          suite: from.suite,
          openSuite,
          download,
          store,
          onPackage,
          warn: shelves.length === 0 ? warn : () => undefined,
        }),
      );
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'not-found') throw error;
      failure ??= error;
    }
  }
  if (shelves.length === 0 && failure !== undefined) throw failure;
  return shelves;
}

function linesBelow(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((entry) => /^[0-9]+(?:\.[0-9]+){0,2}$/.test(entry)) : [];
}

function lineExists(id: string): Failure {
  return new Failure({
    code: 'usage',
    message: `\`${id}\` is there already`,
    hints: [`newer packages for it: npx moby-compose component update ${id}`, 'another line: --line N.M', 'all of it anew: --force'],
  });
}

interface Staging {
  readonly request: NewRequest;
  readonly stage: Stage;
  readonly offers: LibraryOffers;
}

async function stageComponent(plan: ComponentPlan, { request, stage, offers }: Staging): Promise<DerivedComponent> {
  const { name, line, manifest } = plan;
  const folder = stage.folderOf(name, line);
  const derived = await deriveComponent({ folder, component: `${name}/${line}`, json: manifest, payloads: request.payloads });
  const place = `${name}/${line}`;
  await stage.write(`${place}/facts.json`, derived.factsText);
  if (derived.symbolsText !== undefined) await stage.write(`${place}/symbols.json`, derived.symbolsText);
  if (derived.kernelSymbolsText !== undefined) await stage.write(`${place}/kernel-symbols.json`, derived.kernelSymbolsText);
  await stage.write(`${place}/package.json`, derived.packageText);
  await stage.write(`${name}/README.md`, readmeOf(plan, derived, offers));
  await stage.write(`${name}/OWNERS.yaml`, ownersText(request.owner));
  return derived;
}

function readmeOf(plan: ComponentPlan, { manifest }: DerivedComponent, offers: LibraryOffers): string {
  const [platform] = Object.values(manifest.payload.platforms);
  const kept = Object.fromEntries(
    (platform?.sources ?? []).flatMap((source) => (source.kind === 'deb' ? [[source.package, source.keep]] : [])),
  );
  const needs = neededComponents(manifest, offers)
    .filter(({ component }) => component === 'glibc')
    .map(({ range }) => `needs glibc ${range.replace(/^>=/, '')}`);
  return readmeText({
    name: plan.name,
    line: plan.line,
    description: manifest.description,
    kept,
    omitted: plan.plans[0]?.omitted ?? [],
    guesses: plan.guesses,
    suite: platform?.sources[0]?.kind === 'deb' ? platform.sources[0].suite : '',
    needs,
  });
}

function reportOf(
  plan: ComponentPlan,
  { manifest }: DerivedComponent,
  more: { readonly files: readonly string[]; readonly offers: LibraryOffers; readonly owner: NewOwner },
): CreatedComponent {
  const { service } = manifest;
  return {
    component: `${plan.name}/${plan.line}`,
    version: manifest.version,
    files: more.files,
    pins: platforms.flatMap((platform) =>
      (manifest.payload.platforms[platform]?.sources ?? []).flatMap((source) =>
        source.kind === 'deb' ? [{ platform, package: source.package, version: source.version }] : [],
      ),
    ),
    needs: neededComponents(manifest, more.offers),
    service: service === undefined ? undefined : { user: service.user.name, capabilities: service.capabilities, ports: service.ports },
    license: manifest.upstream.license,
    omitted: plan.plans[0]?.omitted ?? [],
    guesses: plan.guesses,
    blanks: [
      ...(plan.license.expression === undefined ? [`component.upstream.license in ${plan.name}/${plan.line}/package.json`] : []),
      ...(more.owner.name === undefined && more.files.includes(`${plan.name}/OWNERS.yaml`) ? [`the name in ${plan.name}/OWNERS.yaml`] : []),
    ],
    without: plan.without,
  };
}

function offered({ name, line, plans }: ComponentPlan): OfferedLibrary {
  const pin = plans[0]?.selection.packages.values().next().value?.opened.pin;
  return { component: `${name}/${line}`, name, package: pin?.package ?? '', suite: pin?.suite ?? '' };
}
