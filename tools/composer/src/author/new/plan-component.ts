import { copyrightPath } from '@moby/content';
import { Failure, isInLine, makeVersion, type ComponentName, type ManifestJson, type Platform } from '@moby/model';
import { draftManifest, mainPackage } from './draft-component.ts';
import type { LibraryOffers } from './payload/library-offers.ts';
import type { FoundPackage, PackageShelf } from './package/package-shelf.ts';
import { planPayload, type PayloadPlan } from './payload/plan-payload.ts';
import { readLicense, type LicenseReading } from './license/read-license.ts';
import { serviceStub } from './service/service-stub.ts';
import { toldVersion } from './service/told-version.ts';
import { lineOfUpstream, readUpstream, type UpstreamReading } from './upstream-line.ts';

/** A component that is about to be made, before a byte of it is written. */
export interface ComponentPlan {
  readonly name: ComponentName;
  readonly line: string;
  readonly upstream: UpstreamReading;
  readonly plans: readonly PayloadPlan[];
  readonly manifest: ManifestJson;
  readonly license: LicenseReading;
  readonly guesses: readonly string[];
  /** Platforms that it is not made for, and why. */
  readonly without: readonly { readonly platform: Platform; readonly reason: string }[];
}

/** Where packages are looked for, platform by platform; the first one decides what the component is. */
export interface PlanContext {
  /** The library's own, as `@moby`. */
  readonly scope: string;
  readonly shelves: readonly PackageShelf[];
  readonly offers: LibraryOffers;
  /** The lines that a component has where the new one is written. */
  readonly linesOf: (name: string) => readonly string[];
}

export interface ComponentWish {
  readonly name: ComponentName;
  readonly package: string;
  readonly suite: string;
  readonly line?: string | undefined;
  readonly sonames?: readonly string[];
}

/** What stands in the index about a wish. Throws `not-found`, and `invalid-input` where the version can't be read. */
export interface Located {
  readonly line: string;
  readonly upstream: UpstreamReading;
  readonly found: readonly { readonly shelf: PackageShelf; readonly found: FoundPackage }[];
  readonly without: ComponentPlan['without'];
}

export function locate(wish: ComponentWish, { shelves, linesOf }: PlanContext): Located {
  const found = shelves.flatMap((shelf) => {
    const one = shelf.find(wish.package);
    return one === undefined ? [] : [{ shelf, found: one }];
  });
  const [first] = found;
  if (first === undefined)
    throw new Failure({
      code: 'not-found',
      message: `${wish.suite} has no package \`${wish.package}\``,
      hints: [
        'packages are called as in Debian’s archive: apt-cache search, or packages.debian.org',
        'another suite is named behind the @, as @bookworm',
      ],
    });
  const upstream = readUpstream(first.found.package.version);
  if (upstream === undefined) throw unreadable(wish, first.found.package.version);
  const line = wish.line ?? lineOfUpstream({ ...upstream, package: wish.package }, linesOf(wish.name));
  if (!isInLine(makeVersion(upstream.semver, 1), line))
    throw new Failure({
      code: 'usage',
      message: `\`${wish.package}\` ${first.found.package.version} is upstream's ${upstream.semver}, which is not in the line \`${line}\``,
      hints: [`--line ${lineOfUpstream({ ...upstream, package: wish.package }, [])}, or leave it out`],
    });
  const same = found.filter((one) => readUpstream(one.found.package.version)?.semver === upstream.semver);
  const without = shelves.flatMap(({ platform }) => {
    if (same.some(({ shelf }) => shelf.platform === platform)) return [];
    const other = found.find(({ shelf }) => shelf.platform === platform);
    return [
      {
        platform,
        reason: other === undefined ? 'the suite has no such package for it' : `its package is ${other.found.package.version} there`,
      },
    ];
  });
  return { line, upstream, found: same, without };
}

/** Chooses files on all platforms, and writes down what the component will be. */
export async function planComponent(wish: ComponentWish, context: PlanContext): Promise<ComponentPlan> {
  const { name, sonames } = wish;
  const { line, upstream, found, without } = locate(wish, context);
  const plans: PayloadPlan[] = [];
  for (const { shelf, found: one } of found)
    plans.push(
      await planPayload({ component: name, found: one, shelf, offers: context.offers, ...(sonames === undefined ? {} : { sonames }) }),
    );
  const [first] = plans;
  if (first === undefined) throw new TypeError('a located package has a platform');
  const license = licenseOf(first);
  const stub = serviceStub(first, name);
  const told = stub === undefined ? toldVersion(first, name) : undefined;
  const expect = [...(stub?.expect ?? []), ...(told === undefined ? [] : [told])];
  const manifest = draftManifest({ scope: context.scope, name, upstream, plans, license, service: stub?.service, expect });
  const byText = license.by === 'recognised' ? [`license ${license.expression ?? ''}, by the text of the copyright file`] : [];
  const texts = Object.entries(license.byText).map(([own, spdx]) => `${own} as ${spdx}`);
  const named = texts.length === 0 ? [] : [`license: ${texts.join(', ')}, by the text`];
  const unnamed = license.unknown.length === 0 ? [] : [`license: no SPDX name is known for ${license.unknown.join(', ')}`];
  const tells = told === undefined ? [] : [`\`${(told.run ?? []).join(' ')}\` ends with 0`];
  const guesses = [...(stub?.guesses ?? []), ...tells, ...byText, ...named, ...unnamed];
  return { name, line, upstream, plans, manifest, license, guesses, without };
}

function licenseOf(plan: PayloadPlan): LicenseReading {
  const main = mainPackage(plan);
  if (main === undefined) return readLicense('');
  const entries = new Map([...plan.selection.packages.values()].flatMap(({ opened }) => [...opened.entries]));
  const found = copyrightPath(entries, main.pin.package);
  const entry = 'path' in found ? entries.get(found.path) : undefined;
  return readLicense(entry?.kind === 'file' ? Buffer.from(entry.bytes).toString('utf8') : '');
}

function unreadable(wish: ComponentWish, version: string): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `\`${wish.package}\` ${version} of ${wish.suite}: no mapping reads upstream's version in it (dotted, patch-letter, year-letter, dated)`,
    hints: ['a prerelease is never taken from a suite', 'write the component by hand: docs/how-to/component-add.md'],
  });
}
