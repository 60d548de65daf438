import type { GoService, GoServices } from '@moby/model';
import { compareText } from '../order.ts';
import { dataRanges, findDescriptors } from './find-descriptors.ts';
import type { FunctionTable } from './function-table.ts';
import { type GoLayout, holdsText } from './go-layout.ts';
import { indexServices, matchServices, type ServiceSymbol } from './service-index.ts';

/** A function that may be generated for a service: `PKG.RegisterNAMEServer` and its like. */
interface Candidate extends ServiceSymbol {
  readonly suffix: string;
}

const ttrpcPrefix = 'TTRPC';

/**
 * The RPC services whose generated functions are linked. grpc's generator writes `RegisterNAMEServer`, ttrpc's
 * `RegisterNAMEService`, both write `NewNAMEClient`, and ttrpc's puts TTRPC before NAME where both serve one package. A
 * function that belongs to no service in the program's own descriptors is something else, and is left out.
 */
export function readServices(layout: GoLayout, table: FunctionTable): GoServices {
  const registering = candidatesOf(table, '.Register', /^Register(\w+?)(Server|Service)$/);
  const constructing = candidatesOf(table, '.New', /^New(\w+)(Client)$/);
  const candidates = [...registering, ...constructing];
  const serviceOf = matchServices(
    indexServices(findDescriptors(layout, table.names)),
    [...candidates, ...candidates.filter(hasPrefix).map(withoutPrefix)],
    packagesWith(table, '.pb.go'),
  );
  const isOfGrpc = packagesWith(table, '_grpc.pb.go');
  const transportOf = (client: Candidate, service: string): GoService['transport'] =>
    serviceOf(client) !== undefined && (isOfGrpc(client.goPackage) || hasGrpcMethod(layout, table, service)) ? 'grpc' : 'ttrpc';
  const resolve = (items: readonly Candidate[], transport: typeof transportOf): readonly GoService[] =>
    inOrder(
      items.flatMap((item) => {
        const service = serviceOf(item) ?? (hasPrefix(item) ? serviceOf(withoutPrefix(item)) : undefined);
        return service === undefined ? [] : [{ service, transport: transport(item, service) }];
      }),
    );
  return {
    provides: resolve(registering, ({ suffix }) => (suffix === 'Server' ? 'grpc' : 'ttrpc')),
    consumes: resolve(constructing, transportOf),
  };
}

function hasPrefix(symbol: ServiceSymbol): boolean {
  return symbol.name.startsWith(ttrpcPrefix);
}

function withoutPrefix({ goPackage, name }: ServiceSymbol): ServiceSymbol {
  return { goPackage, name: name.slice(ttrpcPrefix.length) };
}

function candidatesOf(table: FunctionTable, part: string, pattern: RegExp): readonly Candidate[] {
  return [...table.functionsWith(part)].flatMap((symbol): readonly Candidate[] => {
    const dot = symbol.indexOf('.', symbol.lastIndexOf('/') + 1);
    const match = dot < 0 ? null : pattern.exec(symbol.slice(dot + 1));
    return match === null ? [] : [{ goPackage: importPath(symbol.slice(0, dot)), name: match[1] ?? '', suffix: match[2] ?? '' }];
  });
}

/** A package's path in a symbol or a file's name → its import path: `%2e` stands for a dot, a vendored package stands in its user's folder. */
function importPath(path: string): string {
  const plain = path.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return plain.slice(plain.lastIndexOf('/vendor/') + 1).replace(/^vendor\//, '');
}

/** Whether a package has a source file of such a name. Files' paths may begin with a folder of the builder, and modules have `@version` in them. */
function packagesWith(table: FunctionTable, fileEnd: string): (goPackage: string) => boolean {
  const files = [...table.filesWith(fileEnd)].filter((name) => name.endsWith(fileEnd));
  const folders = [...new Set(files.map((name) => `/${importPath(name.slice(0, name.lastIndexOf('/'))).replace(/@[^/]*/g, '')}`))];
  return (goPackage) => folders.some((folder) => folder.endsWith(`/${goPackage}`));
}

/** gogo writes clients of both transports into files of one name, but only grpc's name each method by its path. */
function hasGrpcMethod(layout: GoLayout, table: FunctionTable, service: string): boolean {
  return dataRanges(layout, table.names).some((range) => holdsText(layout, `/${service}/`, range));
}

function inOrder(services: readonly GoService[]): readonly GoService[] {
  const unique = new Map(services.map((item) => [`${item.service} ${item.transport}`, item]));
  return [...unique].sort(([a], [b]) => compareText(a, b)).map(([, item]) => item);
}
