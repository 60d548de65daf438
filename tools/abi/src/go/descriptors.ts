import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '@moby/model';
import { compareText } from '../order.ts';
import { fileField, findDescriptors, type FoundDescriptor } from './find-descriptors.ts';
import { openGoLayout } from './go-layout.ts';
import { readFunctionTable } from './function-table.ts';
import { normalizeFile } from './normalize-descriptor.ts';
import { type WireField, type WireReader, wireType } from './proto-wire.ts';

/** A .proto file that a Go program was generated from, as far as rules read it by name. */
export interface GoDescriptor extends ProtoFile {
  readonly services: readonly ProtoService[];
  /** The FileDescriptorProto without JSON names and source positions, fields ascending by number: equal for equal shapes. */
  readonly normal: Uint8Array;
  /** sha256 of `normal`. */
  readonly digest: Digest;
}

export interface ProtoFile {
  /** The name that it was compiled under, as `api/events/task.proto`. */
  readonly name: string;
  readonly package: string;
  /** The option `go_package`, as it stands there: `path` or `path;name`. */
  readonly goPackage?: string;
}

export interface ProtoService {
  /** The full name. */
  readonly name: string;
  readonly methods: readonly ProtoMethod[];
}

export interface ProtoMethod {
  readonly name: string;
  /** Full names of messages, without a dot before them. */
  readonly request: string;
  readonly response: string;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
}

const optionField = { goPackage: 11 } as const;
const serviceField = { name: 1, method: 2 } as const;
const methodField = { name: 1, request: 2, response: 3, clientStreaming: 5, serverStreaming: 6 } as const;

/**
 * The descriptors that a Go program carries, by name, then digest; each once. Empty for what is no Go program. Throws
 * `Failure` `bad-archive` for a broken ELF file, `limit` at the bounds of the search.
 */
export function readGoDescriptors(bytes: Uint8Array, path: string): readonly GoDescriptor[] {
  const layout = openGoLayout(bytes, path);
  if (layout === undefined) return [];
  const found = new Map<string, GoDescriptor>();
  for (const descriptor of findDescriptors(layout, readFunctionTable(layout)?.names)) {
    const normal = normalizeFile(descriptor);
    const digest = digestOf(normal);
    const file = fileOf(descriptor);
    found.set(`${file.name}\0${digest}`, { ...file, services: servicesOf(descriptor, file.package), normal, digest });
  }
  return [...found].sort(([a], [b]) => compareText(a, b)).map(([, descriptor]) => descriptor);
}

export function fileOf({ reader, fields }: FoundDescriptor): ProtoFile {
  const options = fields.find((field) => field.number === fileField.options);
  const goPackage = options && textAt(reader, membersOf(reader, options), optionField.goPackage);
  return {
    name: textAt(reader, fields, fileField.name) ?? '',
    package: textAt(reader, fields, fileField.package) ?? '',
    ...(goPackage === undefined ? {} : { goPackage }),
  };
}

/** The names of a file's services, without its package. */
export function serviceNamesOf({ reader, fields }: FoundDescriptor): readonly string[] {
  return fields
    .filter((field) => field.number === fileField.service)
    .map((service) => textAt(reader, membersOf(reader, service), serviceField.name) ?? '');
}

function servicesOf({ reader, fields }: FoundDescriptor, packageName: string): readonly ProtoService[] {
  return fields
    .filter((field) => field.number === fileField.service)
    .map((service) => {
      const members = membersOf(reader, service);
      return {
        name: fullName(packageName, textAt(reader, members, serviceField.name) ?? ''),
        methods: members.filter(isMethod).map((method) => methodOf(reader, membersOf(reader, method))),
      };
    });
}

export function fullName(packageName: string, name: string): string {
  return packageName === '' ? name : `${packageName}.${name}`;
}

function isMethod(field: WireField): boolean {
  return field.number === serviceField.method && field.type === wireType.text;
}

function methodOf(reader: WireReader, members: readonly WireField[]): ProtoMethod {
  const flag = (number: number): boolean => members.some((field) => field.number === number && field.value !== 0);
  return {
    name: textAt(reader, members, methodField.name) ?? '',
    request: (textAt(reader, members, methodField.request) ?? '').replace(/^\./, ''),
    response: (textAt(reader, members, methodField.response) ?? '').replace(/^\./, ''),
    clientStreaming: flag(methodField.clientStreaming),
    serverStreaming: flag(methodField.serverStreaming),
  };
}

function membersOf(reader: WireReader, field: WireField): readonly WireField[] {
  return reader.message({ start: field.valueStart, end: field.end }) ?? [];
}

function textAt(reader: WireReader, fields: readonly WireField[], number: number): string | undefined {
  const field = fields.find((item) => item.number === number && item.type === wireType.text);
  return field && reader.bytes.toString('utf8', field.valueStart, field.end);
}

function digestOf(bytes: Uint8Array): Digest {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('sha256 gave no 64 hex digits');
  return digest;
}
