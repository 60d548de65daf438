import { fileOf, fullName, type ProtoFile, serviceNamesOf } from './descriptors.ts';
import type { FoundDescriptor } from './find-descriptors.ts';

/** A service of a proto file, with what its generated Go code may be called. */
export interface IndexedService {
  readonly service: string;
  readonly protoPackage: string;
  readonly goPackages: ReadonlySet<string>;
}

/** The services of a program's descriptors by the name that Go gives them; each service once. */
export type ServiceIndex = ReadonlyMap<string, readonly IndexedService[]>;

export function indexServices(descriptors: Iterable<FoundDescriptor>): ServiceIndex {
  const index = new Map<string, Map<string, IndexedService>>();
  for (const descriptor of descriptors) {
    const names = serviceNamesOf(descriptor);
    if (names.length === 0) continue;
    const file = fileOf(descriptor);
    for (const name of names) {
      const service = fullName(file.package, name);
      const sameName = index.get(goName(name)) ?? new Map<string, IndexedService>();
      const goPackages = new Set([...(sameName.get(service)?.goPackages ?? []), ...goPackagesOf(file)]);
      index.set(goName(name), sameName.set(service, { service, protoPackage: file.package, goPackages }));
    }
  }
  return new Map([...index].map(([name, services]) => [name, [...services.values()]]));
}

/** The path of the option `go_package`, or the file's folder, which is gogo's habit. */
function goPackagesOf(file: ProtoFile): readonly string[] {
  const folder = file.name.slice(0, Math.max(0, file.name.lastIndexOf('/')));
  return [file.goPackage?.split(';')[0] ?? '', folder].filter((path) => path.includes('/'));
}

/** A proto name as Go's generators write it: `health_check` → `HealthCheck` (protobuf-go, `internal/strs.GoCamelCase`). */
function goName(name: string): string {
  return name
    .replace(/^_/, 'X')
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    .replace(/(^|[0-9])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** Part of generated code for a service: its Go package, and the service's name there. */
export interface ServiceSymbol {
  readonly goPackage: string;
  readonly name: string;
}

/**
 * Finds the service of generated code. First by its exact package. Where a descriptor names another package or none
 * (Debian drops modules' folders of major versions, gogo wrote no option, swarmkit kept its old name): by the name
 * alone, in packages that hold generated code, if one service of that name is left after what is settled: a Go
 * package serves one proto package. Undefined for what is no service or can't be told apart.
 */
export function matchServices(
  index: ServiceIndex,
  symbols: readonly ServiceSymbol[],
  isGenerated: (goPackage: string) => boolean,
): (symbol: ServiceSymbol) => string | undefined {
  const found = new Map<string, string>();
  const owners = new Map<string, Set<string>>();
  const settle = (symbol: ServiceSymbol, item: IndexedService): void => {
    found.set(keyOf(symbol), item.service);
    owners.set(item.protoPackage, (owners.get(item.protoPackage) ?? new Set()).add(symbol.goPackage));
  };
  const open = symbols.filter((symbol) => index.has(symbol.name) && isGenerated(symbol.goPackage));
  const passes: readonly ((symbol: ServiceSymbol, item: IndexedService) => boolean)[] = [
    (symbol, item) => item.goPackages.has(symbol.goPackage),
    (symbol, item) => [...item.goPackages].some((path) => withoutMajor(path) === withoutMajor(symbol.goPackage)),
    () => true,
    (symbol, item) => owners.get(item.protoPackage)?.has(symbol.goPackage) === true,
    (_, item) => !owners.has(item.protoPackage),
  ];
  for (const fits of passes) {
    for (const symbol of open.filter((item) => !found.has(keyOf(item)))) {
      const [only, ...others] = (index.get(symbol.name) ?? []).filter((item) => fits(symbol, item));
      if (only !== undefined && others.length === 0) settle(symbol, only);
    }
  }
  return (symbol) => found.get(keyOf(symbol));
}

function keyOf(symbol: ServiceSymbol): string {
  return `${symbol.goPackage}.${symbol.name}`;
}

function withoutMajor(path: string): string {
  return path.replace(/\/v[0-9]+(?=\/|$)/g, '');
}
