import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Artifact,
  type ArtifactFile,
  type ArtifactSegment,
  type ArtifactService,
  type Digest,
  type Expectation,
  Failure,
  isPlatform,
  isRecord,
  parseDigest,
  type PortMapping,
  type TestSettings,
  type Volume,
} from '@moby/model';

export const artifactFileName = 'artifact.json';
export const maxArtifactJsonBytes: number = 1024 * 1024;

/** Reads `artifact.json` of a folder. Throws `not-found`, `limit`, and `invalid-input` with the path of the wrong value. */
export async function readArtifact(folder: string): Promise<Artifact> {
  const path = join(folder, artifactFileName);
  return parseArtifact(await readBounded(path), path);
}

/** `label` names the text in messages. */
export function parseArtifact(text: string, label: string): Artifact {
  const reader = new Reader(label);
  const root = reader.object(reader.json(text), '');
  if (root['artifact'] !== 1) reader.wrong('artifact', 'is not 1, the form that is known here');
  const platform = reader.text(root['platform'], 'platform');
  if (!isPlatform(platform)) return reader.wrong('platform', `\`${platform}\` is not known`);
  const budgetBytes = root['budgetBytes'];
  return {
    artifact: 1,
    name: reader.text(root['name'], 'name'),
    version: reader.text(root['version'], 'version'),
    platform,
    kernelRelease: reader.text(root['kernelRelease'], 'kernelRelease'),
    cmdline: reader.text(root['cmdline'], 'cmdline'),
    files: reader.list(root['files'], 'files', (value, at) => readFileEntry(reader, value, at)),
    segments: reader.list(root['segments'], 'segments', (value, at) => readSegment(reader, value, at)),
    sizeBytes: reader.count(root['sizeBytes'], 'sizeBytes'),
    ...(budgetBytes === undefined ? {} : { budgetBytes: reader.count(budgetBytes, 'budgetBytes') }),
    memoryBytes: reader.count(root['memoryBytes'], 'memoryBytes'),
    leastMemoryBytes: reader.count(root['leastMemoryBytes'], 'leastMemoryBytes'),
    ports: reader.list(root['ports'], 'ports', (value, at) => readPort(reader, value, at)),
    services: reader.list(root['services'], 'services', (value, at) => readService(reader, value, at)),
    ...(root['volumes'] === undefined
      ? {}
      : { volumes: reader.list(root['volumes'], 'volumes', (value, at) => readVolume(reader, value, at)) }),
    expect: reader.list(root['expect'], 'expect', (value, at) => readExpectation(reader, value, at)),
    ...(root['test'] === undefined ? {} : { test: readTest(reader, root['test']) }),
  };
}

function readFileEntry(reader: Reader, value: unknown, at: string): ArtifactFile {
  const entry = reader.object(value, at);
  const role = entry['role'];
  if (role !== 'kernel' && role !== 'initrd' && role !== 'disk' && role !== 'test')
    return reader.wrong(`${at}.role`, 'is none of `kernel`, `initrd`, `disk`, `test`');
  const serial = entry['serial'] === undefined ? undefined : reader.text(entry['serial'], `${at}.serial`);
  if (serial !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$/.test(serial))
    return reader.wrong(`${at}.serial`, 'is not a serial number of at most 20 characters');
  return {
    role,
    name: reader.fileName(entry['name'], `${at}.name`),
    ...(serial === undefined ? {} : { serial }),
    sizeBytes: reader.count(entry['sizeBytes'], `${at}.sizeBytes`),
    digest: reader.digest(entry['digest'], `${at}.digest`),
  };
}

function readSegment(reader: Reader, value: unknown, at: string): ArtifactSegment {
  const entry = reader.object(value, at);
  return {
    label: reader.text(entry['label'], `${at}.label`),
    digest: reader.digest(entry['digest'], `${at}.digest`),
    unpackedBytes: reader.count(entry['unpackedBytes'], `${at}.unpackedBytes`),
    sizeBytes: reader.count(entry['sizeBytes'], `${at}.sizeBytes`),
  };
}

function readPort(reader: Reader, value: unknown, at: string): PortMapping {
  const entry = reader.object(value, at);
  return {
    host: reader.port(entry['host'], `${at}.host`),
    machine: reader.port(entry['machine'], `${at}.machine`),
    service: reader.text(entry['service'], `${at}.service`),
  };
}

function readVolume(reader: Reader, value: unknown, at: string): Volume {
  const entry = reader.object(value, at);
  const name = reader.text(entry['name'], `${at}.name`);
  if (!/^[a-z][a-z0-9-]{0,14}$/.test(name)) return reader.wrong(`${at}.name`, 'is not a name of at most 15 of a-z 0-9 -');
  return { name, sizeBytes: reader.count(entry['sizeBytes'], `${at}.sizeBytes`) };
}

function readTest(reader: Reader, value: unknown): TestSettings {
  const entry = reader.object(value, 'test');
  const ports = reader.list(entry['ports'], 'test.ports', (port, at) => {
    const { host, machine } = reader.object(port, at);
    return { host: host === 0 ? 0 : reader.port(host, `${at}.host`), machine: reader.port(machine, `${at}.machine`) };
  });
  return { cmdline: reader.text(entry['cmdline'], 'test.cmdline'), ports };
}

function readService(reader: Reader, value: unknown, at: string): ArtifactService {
  const entry = reader.object(value, at);
  const hasProbe = entry['hasProbe'];
  if (typeof hasProbe !== 'boolean') return reader.wrong(`${at}.hasProbe`, 'is not true or false');
  return { name: reader.text(entry['name'], `${at}.name`), hasProbe };
}

function readExpectation(reader: Reader, value: unknown, at: string): Expectation {
  const entry = reader.object(value, at);
  const withinMs = reader.count(entry['withinMs'], `${at}.withinMs`);
  const optional = (key: 'send' | 'body'): string | undefined =>
    entry[key] === undefined ? undefined : reader.text(entry[key], `${at}.${key}`);
  switch (entry['kind']) {
    case 'tcp': {
      const send = optional('send');
      const port = reader.port(entry['port'], `${at}.port`);
      return {
        kind: 'tcp',
        port,
        ...(send === undefined ? {} : { send }),
        receive: reader.text(entry['receive'], `${at}.receive`),
        withinMs,
      };
    }
    case 'http': {
      const body = optional('body');
      const path = reader.text(entry['path'], `${at}.path`);
      if (!/^\/[\u0021-\u007e]{0,2000}$/.test(path)) return reader.wrong(`${at}.path`, 'is not an absolute path in printable ASCII');
      const port = reader.port(entry['port'], `${at}.port`);
      return {
        kind: 'http',
        port,
        path,
        status: reader.count(entry['status'], `${at}.status`),
        ...(body === undefined ? {} : { body }),
        withinMs,
      };
    }
    case 'console':
      return { kind: 'console', contains: reader.text(entry['contains'], `${at}.contains`), withinMs };
    case 'script': {
      const payloads = reader.list(entry['payloads'], `${at}.payloads`, (payload, path) => {
        const { component, file } = reader.object(payload, path);
        return { component: reader.text(component, `${path}.component`), file: reader.fileName(file, `${path}.file`) };
      });
      const script = reader.text(entry['script'], `${at}.script`);
      return { kind: 'script', script, file: reader.fileName(entry['file'], `${at}.file`), payloads, withinMs };
    }
    case 'reboot':
      return { kind: 'reboot', withinMs };
    default:
      return reader.wrong(`${at}.kind`, 'is none of `tcp`, `http`, `console`, `script`, `reboot`');
  }
}

const maxListLength = 1024;
const maxTextLength = 256 * 1024;

/** Takes JSON apart, or says where it is not what it should be. */
class Reader {
  readonly #label: string;

  constructor(label: string) {
    this.#label = label;
  }

  wrong(at: string, what: string): never {
    throw new Failure({
      code: 'invalid-input',
      message: `\`${this.#label}\`: ${at === '' ? 'it' : `\`${at}\``} ${what}`,
      hints: ['assemble it again'],
    });
  }

  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return this.wrong('', 'is not JSON');
    }
  }

  object(value: unknown, at: string): Readonly<Record<string, unknown>> {
    return isRecord(value) ? value : this.wrong(at, 'is not an object');
  }

  text(value: unknown, at: string): string {
    return typeof value === 'string' && value.length <= maxTextLength
      ? value
      : this.wrong(at, `is not a text of at most ${maxTextLength} characters`);
  }

  fileName(value: unknown, at: string): string {
    const name = this.text(value, at);
    return /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/.test(name) ? name : this.wrong(at, 'is not the name of a file beside it');
  }

  count(value: unknown, at: string): number {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.wrong(at, 'is not a whole number from 0 up');
  }

  digest(value: unknown, at: string): Digest {
    return parseDigest(this.text(value, at)) ?? this.wrong(at, 'is not `sha256:` and 64 hex digits');
  }

  port(value: unknown, at: string): number {
    const port = this.count(value, at);
    return port >= 1 && port <= 65_535 ? port : this.wrong(at, 'is not a port from 1 to 65535');
  }

  list<Item>(value: unknown, at: string, read: (value: unknown, at: string) => Item): readonly Item[] {
    if (!Array.isArray(value) || value.length > maxListLength) return this.wrong(at, `is not a list of at most ${maxListLength} entries`);
    return value.map((item: unknown, index) => read(item, `${at}[${index}]`));
  }
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path).catch((cause: unknown) => {
    throw new Failure({ code: 'not-found', message: `\`${path}\` is missing`, hints: ['assemble it first'], cause });
  });
  try {
    const { size } = await file.stat();
    if (size > maxArtifactJsonBytes)
      throw new Failure({ code: 'limit', message: `\`${path}\` has ${size} bytes; ${maxArtifactJsonBytes} are allowed` });
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
