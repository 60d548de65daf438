import { deriveCapabilities } from '@moby/abi';
import { Failure, makeVersion, type ComponentName } from '@moby/model';
import type { MissingLibrary } from './payload/close-over.ts';
import { libraryName } from './component-names.ts';
import type { FoundLibrary } from './payload/find-library.ts';
import { locate, planComponent, type ComponentPlan, type PlanContext } from './plan-component.ts';
import { factsOf } from './payload/selection.ts';

/** What a component needs of the library of components that this does not have. */
export interface LibraryPlans {
  /** Those that others of them load come first. */
  readonly components: readonly ComponentPlan[];
  /** Sonames that no package has, among those that are depended on. */
  readonly unfound: readonly string[];
}

const maxLibraries = 64;

/**
 * A component for each missing library, and for those that it loads in turn, of the packages that have them; libraries of one
 * package are one component. Throws `limit` where there are too many.
 */
export async function planLibraries(of: ComponentPlan, context: PlanContext): Promise<LibraryPlans> {
  const planned: ComponentPlan[] = [];
  const unfound = new Set<string>();
  const visit = async (plan: ComponentPlan): Promise<void> => {
    for (const missing of missingOf(plan, context)) {
      // One that was planned since may have it.
      if (context.offers.library(missing.need, missing.platform) !== undefined) continue;
      if (missing.library === undefined) unfound.add(missing.need.soname);
      else {
        if (planned.length >= maxLibraries) throw tooMany(of.name);
        const library = await planLibrary(missing.library, { plan, missing, context });
        offer(library, context);
        await visit(library);
        planned.push(library);
      }
    }
  };
  await visit(of);
  return { components: planned, unfound: [...unfound].sort() };
}

function missingOf(plan: ComponentPlan, context: PlanContext): readonly MissingLibrary[] {
  return plan.plans.flatMap(({ missing }) => missing).filter(({ need, platform }) => context.offers.library(need, platform) === undefined);
}

interface LibraryCause {
  readonly plan: ComponentPlan;
  readonly missing: MissingLibrary;
  readonly context: PlanContext;
}

async function planLibrary(library: FoundLibrary, { plan, missing, context }: LibraryCause): Promise<ComponentPlan> {
  const { pin } = library.opened;
  const sonames = plan.plans
    .flatMap((one) => one.missing)
    .flatMap((other) => (other.library?.opened.pin.package === pin.package ? [other.need.soname] : []));
  const wish = { package: pin.package, suite: pin.suite, sonames: [...new Set(sonames)] };
  const known = context.offers.owner(missing.need.soname);
  const tried = await planComponent({ ...wish, name: known ?? nameOf(library, missing, false, context) }, context);
  if (known !== undefined && context.linesOf(known).includes(tried.line)) throw isOlder(tried, missing);
  const isOfSeveral = [...(tried.plans[0]?.selection.packages.values() ?? [])].filter(({ kept }) => kept.size > 0).length > 1;
  if (known !== undefined || !isOfSeveral) return tried;
  return planComponent({ ...wish, name: nameOf(library, missing, true, context) }, context);
}

/** Free is a name that the library does not have; one that has the soname in an older line keeps it. */
function nameOf(library: FoundLibrary, { need }: MissingLibrary, isOfSeveral: boolean, context: PlanContext): ComponentName {
  const { package: name, source, suite } = library.opened.pin;
  const isFree = (candidate: ComponentName): boolean => {
    const { line } = locate({ name: candidate, package: name, suite }, context);
    return context.offers.lines(candidate).length === 0 && !context.linesOf(candidate).includes(line);
  };
  const free = libraryName({ soname: need.soname, package: name, source, isOfSeveral }, isFree);
  if (free !== undefined) return free;
  throw new Failure({
    code: 'invalid-input',
    message: `no name is left for the component of \`${need.soname}\`, which \`${name}\` has`,
    hints: [`give it one: npx moby-compose component new NAME --from deb:${name}@${suite}`],
  });
}

function isOlder({ name, line }: ComponentPlan, { need }: MissingLibrary): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `\`${name}/${line}\` has \`${need.soname}\`, older than what is needed: ${Object.entries(need.requires)
      .map(([capability, range]) => `${capability} ${range}`)
      .join(', ')}`,
    hints: [`npx moby-compose component update ${name}/${line}`],
  });
}

/** What it will offer, so that it is not made twice. */
function offer({ name, upstream, plans }: ComponentPlan, { offers }: PlanContext): void {
  const facts = Object.fromEntries(plans.map(({ selection }) => [selection.platform, factsOf(selection)]));
  const { provides } = deriveCapabilities({ facts: 1, platforms: facts });
  offers.add({
    component: name,
    version: makeVersion(upstream.semver, 1),
    provides,
    platforms: plans.map(({ selection }) => selection.platform),
  });
}

function tooMany(name: string): Failure {
  return new Failure({
    code: 'limit',
    message: `\`${name}\` would need more than ${maxLibraries} new libraries`,
    hints: ['create some of them by themselves first: npx moby-compose component new NAME --from deb:PACKAGE@SUITE'],
  });
}
