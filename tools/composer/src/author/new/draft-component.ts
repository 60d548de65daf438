import {
  makeVersion,
  toNpmVersion,
  type ComponentExpectationJson,
  type ComponentKind,
  type ComponentName,
  type ManifestJson,
  type Platform,
  type PlatformPayloadJson,
  type RequirementsJson,
  type ServiceJson,
  type SourceJson,
} from '@moby/model';
import { blank } from '../blanks.ts';
import { categoryOf } from './categories.ts';
import { readControlFields } from './package/control-fields.ts';
import { documentPath } from './payload/add-copyrights.ts';
import { keepPatterns } from './payload/keep-patterns.ts';
import type { SelectedPackage, Selection } from './payload/selection.ts';
import type { OpenedPackage } from './package/package-shelf.ts';
import type { PayloadPlan } from './payload/plan-payload.ts';
import type { LicenseReading } from './license/read-license.ts';
import type { UpstreamReading } from './upstream-line.ts';

export interface DraftRequest {
  /** The library's own, as `@moby`. */
  readonly scope: string;
  readonly name: ComponentName;
  readonly upstream: UpstreamReading;
  readonly plans: readonly PayloadPlan[];
  readonly license: LicenseReading;
  readonly service: ServiceJson | undefined;
  readonly expect: readonly ComponentExpectationJson[];
}

const maxDescription = 300;
const firstRevision = 1;

/** The package.json of a new component, with pins; digests and what its bytes prove come with its first derivation. */
export function draftManifest({ scope, name, upstream, plans, license, service, expect }: DraftRequest): ManifestJson {
  const [plan] = plans;
  const main = plan === undefined ? undefined : mainPackage(plan);
  if (plan === undefined || main === undefined) throw new TypeError('a draft has a plan of at least one platform');
  const fields = readControlFields(main.control.get('control') ?? '');
  const kind = kindOf(plan, service);
  const requires: RequirementsJson = Object.fromEntries(plan.interpreters.map((component) => [component, '*']));
  const homepage = fields.get('homepage');
  const platforms = Object.fromEntries(plans.map((one): [Platform, PlatformPayloadJson] => [one.selection.platform, payloadOf(one)]));
  return {
    name: `${scope}/${name}`,
    version: toNpmVersion(makeVersion(upstream.semver, firstRevision)),
    description: descriptionOf(fields),
    license: 'Apache-2.0',
    files: ['facts.json'],
    component: {
      kind,
      category: kind === 'library' ? 'library' : categoryOf(fields.get('section') ?? ''),
      upstream: {
        version: upstream.text,
        ...(upstream.mapping === 'dotted' ? {} : { mapping: upstream.mapping }),
        license: license.expression ?? blank('SPDX expression of the payload, from its copyright file'),
        ...(homepage === undefined || homepage.length > 500 ? {} : { homepage }),
      },
      ...(Object.keys(requires).length === 0 ? {} : { requires }),
      payload: { form: 1, platforms },
      ...(service === undefined ? {} : { service }),
      ...(expect.length === 0 ? {} : { expect }),
    },
  };
}

/** The package whose version is the component's: the first of which anything is kept. */
export function mainPackage(plan: PayloadPlan): OpenedPackage | undefined {
  return [...plan.selection.packages.values()].find((selected) => keepPatterns(selected).length > 0)?.opened;
}

function descriptionOf(fields: ReadonlyMap<string, string>): string {
  const first = (fields.get('description') ?? '').split('\n')[0]?.trim() ?? '';
  return first === '' ? blank('what it is') : first.slice(0, maxDescription);
}

function kindOf({ selection }: PayloadPlan, service: ServiceJson | undefined): ComponentKind {
  if (service !== undefined) return 'service';
  const packages = [...selection.packages.values()];
  const hasProgram = packages.some(
    ({ opened, kept }) =>
      [...kept].some((path) => /^usr\/s?bin\//.test(path)) ||
      opened.facts.elf.some(({ path, interpreter }) => interpreter !== undefined && kept.has(path.slice(1))),
  );
  if (hasProgram) return 'tool';
  return packages.some(({ opened, kept }) => opened.facts.elf.some(({ path }) => kept.has(path.slice(1)))) ? 'library' : 'config';
}

function keptOf(selected: SelectedPackage, { documents }: Selection): readonly string[] {
  const keep = keepPatterns(selected);
  const document = documents.has(selected.opened.pin.package) ? documentPath(selected.opened) : undefined;
  return keep.length === 0 && document !== undefined ? [document] : keep;
}

function payloadOf({ selection }: PayloadPlan): PlatformPayloadJson {
  const sources = [...selection.packages.values()]
    .map((selected) => ({ pin: selected.opened.pin, keep: keptOf(selected, selection) }))
    .filter(({ keep }) => keep.length > 0)
    .map(({ pin, keep }): SourceJson => {
      const { kind, package: name, suite, version, sha256, size, path, source, sourceVersion } = pin;
      return { kind, package: name, suite, version, sha256, size, path, source, sourceVersion, keep };
    });
  const links = [...selection.links].sort(([a], [b]) => (a < b ? -1 : 1));
  return { sources, ...(links.length === 0 ? {} : { links: Object.fromEntries(links) }) };
}
