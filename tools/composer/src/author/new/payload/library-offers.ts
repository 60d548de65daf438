import {
  compareVersions,
  parseRange,
  parseVersion,
  satisfies,
  type ComponentName,
  type Manifest,
  type Platform,
  type Registry,
  type Version,
} from '@moby/model';
import { readCatalogue } from '../../../resolve/read-catalogue.ts';

/** A component that offers something, as it is named on the screen. */
export interface Offer {
  readonly component: ComponentName;
  readonly version: Version;
  readonly provides: Readonly<Record<string, string>>;
  readonly platforms: readonly Platform[];
}

/** A library that a payload loads and does not hold: its capability, and those of its families of symbol versions with what is needed of them. */
export interface LibraryNeed {
  /** As `libevent-2.1.so.7`. */
  readonly soname: string;
  readonly requires: Readonly<Record<string, string>>;
}

/** What there is in the library, and what is about to be added to it. */
export interface LibraryOffers {
  /**
   * The newest component that meets a need of a library on a platform, or undefined. One that is not made for the platform counts
   * where it has the library's name: which versions it would have there, nobody knows; one that is made for it goes before.
   */
  library(need: LibraryNeed, platform: Platform): Offer | undefined;
  /** The component that has a library of that name, however old. */
  owner(soname: string): ComponentName | undefined;
  /** The component that has a program on PATH, by its name; undefined where none has. */
  program(name: string): Promise<ComponentName | undefined>;
  lines(name: string): readonly Offer[];
  add(offer: Offer): void;
}

/** `except` is the component that is about to be made: what its other lines hold is not there for it. */
export async function readLibraryOffers(registry: Registry, except: ComponentName): Promise<LibraryOffers> {
  const catalogue = await readCatalogue(registry, { names: await registry.names(), capabilities: [] });
  const offers: Offer[] = [...catalogue].flatMap(([name, known]) =>
    name === except ? [] : known.map(({ manifest }) => offerOf(manifest)),
  );
  let programs: Promise<ReadonlyMap<string, ComponentName>> | undefined;
  return {
    library: ({ soname, requires }, platform) => {
      const isFor = ({ platforms }: Offer): boolean => platforms.includes(platform);
      return offers
        .filter((offer) =>
          isFor(offer)
            ? Object.entries(requires).every(([capability, range]) => meets(offer.provides[capability], range))
            : offer.provides[`soname:${soname}`] !== undefined,
        )
        .sort((a, b) => Number(isFor(b)) - Number(isFor(a)) || newestFirst(a, b))[0];
    },
    owner: (soname) => offers.find(({ provides }) => provides[`soname:${soname}`] !== undefined)?.component,
    program: async (name) => (await (programs ??= readPrograms(registry))).get(name),
    lines: (name) => offers.filter(({ component }) => component === name),
    add: (offer) => void offers.push(offer),
  };
}

function offerOf({ name, version, provides, payload }: Manifest): Offer {
  const platforms = Object.keys(payload.platforms).filter((platform): platform is Platform => platform in payload.platforms);
  return { component: name, version, provides, platforms };
}

function meets(offered: string | undefined, asked: string): boolean {
  const [version, range] = [offered === undefined ? undefined : parseVersion(offered), parseRange(asked)];
  return version !== undefined && range !== undefined && satisfies(version, range);
}

function newestFirst(a: Offer, b: Offer): number {
  return compareVersions(b.version, a.version);
}

const onPath = /^\/usr\/s?bin\/([^/]+)$/;

/** Programs of all components by name, those of the first component by name where several have one. */
async function readPrograms(registry: Registry): Promise<ReadonlyMap<string, ComponentName>> {
  const programs = new Map<string, ComponentName>();
  for (const name of await registry.names()) {
    for (const version of await registry.versions(name)) {
      const { facts } = await registry.component(name, version);
      for (const platform of Object.values(facts?.platforms ?? {})) {
        for (const path of [...platform.programs, ...Object.keys(platform.links)]) {
          const program = onPath.exec(path)?.[1];
          if (program !== undefined && !programs.has(program)) programs.set(program, name);
        }
      }
    }
  }
  return programs;
}
