import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileCache, pinnedNode } from '@moby/testkit';
import type { EntryOptions } from './server-entry.ts';

/** What `JSON.parse` gives: tests look into it freely. */
export type Json = ReturnType<typeof JSON.parse>;

const entry = fileURLToPath(new URL('server-entry.ts', import.meta.url));
const readyMs = 20_000;

export interface Ask {
  readonly method?: string;
  /** Sent as it stands: nothing is normalised on the way. */
  readonly path: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly bytes: Buffer;
  /** The body as JSON, or an empty object. */
  readonly json: Json;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly ready: Json;
  readonly process: ChildProcess;
  readonly root: string;
  /** What it has logged, entry by entry. */
  readonly log: () => readonly Json[];
  readonly stderr: () => string;
  readonly stdout: () => string;
  readonly ask: (ask: Ask) => Promise<Answered>;
  /** A token for a user of `users`. */
  readonly login: (user: string) => Promise<string>;
  /** Ends it by SIGTERM; the exit code. */
  readonly stop: () => Promise<number | null>;
  readonly kill: () => Promise<void>;
}

export class NotServing extends Error {
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly said: Json;

  constructor(said: Json, stderr: string, exitCode: number | null) {
    super(`the server ended with ${exitCode}: ${JSON.stringify(said)}\n${stderr}`);
    this.said = said;
    this.stderr = stderr;
    this.exitCode = exitCode;
  }
}

export interface StartOptions {
  /** A command that starts the server's, as `sh -c 'ulimit …; exec "$@"' sh`. */
  readonly prefix?: readonly string[];
  /** The process is there, and nothing of it is known. */
  readonly onSpawn?: (child: ChildProcess) => void;
  /** Of a log that would become too long to be held, so many characters are kept. */
  readonly keptLogLength?: number;
  /** Each line of the log, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Starts a registry in its own process and waits until its port is open. Rejects with `NotServing` where it ends before. */
export async function startServer(
  options: EntryOptions,
  { prefix = [], onSpawn = () => undefined, onLine = () => undefined, keptLogLength = Infinity }: StartOptions = {},
): Promise<RunningServer> {
  const command = [...prefix, pinnedNode(), '-C', 'source', entry, JSON.stringify(options)];
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: options.root, TMPDIR: process.env['TMPDIR'] ?? '/tmp', NODE_COMPILE_CACHE: compileCache },
  });
  const said = listen(child, { onLine, keptLogLength });
  const closed = once(child, 'close');
  onSpawn(child);
  let patience: NodeJS.Timeout | undefined;
  await Promise.race([
    closed,
    said.firstLine,
    new Promise<never>((_, reject) => {
      patience = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`no port within ${readyMs} ms\n${said.stderr()}`));
      }, readyMs);
    }),
  ]).finally(() => clearTimeout(patience));
  const [first = ''] = said.stdout().split('\n');
  const ready: Json = first === '' ? {} : JSON.parse(first);
  if (typeof ready['url'] !== 'string') {
    await closed;
    throw new NotServing(ready, said.stderr(), child.exitCode);
  }
  const port = Number(new URL(ready['url']).port);
  const ask = (asked: Ask): Promise<Answered> => send(port, asked);
  return {
    url: ready['url'],
    port,
    ready,
    process: child,
    root: options.root,
    ask,
    stderr: said.stderr,
    stdout: said.stdout,
    log: () =>
      said
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    login: async (user) => {
      const answer = await ask({
        method: 'PUT',
        path: `/-/user/org.couchdb.user:${user}`,
        body: { name: user, password: passwordOf(user) },
      });
      if (answer.status !== 201) throw new Error(`${user} can't log in: ${answer.text}`);
      return answer.json['token'];
    },
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
      return child.exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

interface Said {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly firstLine: Promise<void>;
}

function listen(child: ChildProcess, { onLine, keptLogLength }: Required<Pick<StartOptions, 'onLine' | 'keptLogLength'>>): Said {
  let [stdout, stderr, rest] = ['', '', ''];
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
    if (stderr.length > keptLogLength * 2) stderr = stderr.slice(-keptLogLength);
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  const firstLine = new Promise<void>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      stdout += piece;
      if (stdout.includes('\n')) resolve();
    });
  });
  return { stdout: () => stdout, stderr: () => stderr, firstLine };
}

export function send(port: number, { method = 'GET', path, token, headers = {}, body }: Ask): Promise<Answered> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        timeout: 30_000,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
          ...headers,
        },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(pieces);
          const answered = bytes.toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answered, bytes, json: parsed(answered) });
        });
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer`)));
    asked.on('error', reject);
    asked.end(text);
  });
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

export function passwordOf(user: string): string {
  return `secret of ${user}`;
}

/** bcrypt, cost 8, of `passwordOf`. */
const hashes: Readonly<Record<string, string>> = {
  carol: '$2a$08$.ZQNkZ0Pl5IQChWxnx1JZOmDFyDZtx9YlOXqblh6EyI6MgxAGC1y.',
  mike: '$2a$08$hvhJ7K7cmjvKneGFvIF9zu6.eUV4dbth7tEcIH4KDWlW8f1dXS2RO',
  stella: '$2a$08$xq842cu46WOVlPS0UeOFqeH.0.z/Fha1GAcEf1xgT71fYP.0D9SdO',
  bo: '$2a$08$3WJ.UIPD8GPAp.IJjnhFLeiLZCGRwTcb84llaMRnuz6PLyS42E1km',
};

/** A registry's folder with a user of each role: `carol` contributor, `mike` maintainer, `stella` steward, `bo` bot. */
export function prepareRoot(root: string, settings = ''): EntryOptions {
  mkdirSync(root, { recursive: true });
  writeFileSync(
    join(root, 'htpasswd'),
    Object.entries(hashes)
      .map(([name, hash]) => `${name}:${hash}\n`)
      .join(''),
  );
  const config = join(root, 'registry.yaml');
  writeFileSync(config, `listen: 127.0.0.1:0\nusers: { mike: maintainer, stella: steward, bo: bot }\n${settings}`);
  return { root, config };
}

export interface Draft {
  readonly name?: string;
  readonly version?: string;
  readonly bytes?: Buffer;
  /** On top of the version's document. */
  readonly document?: Readonly<Record<string, unknown>>;
  /** On top of the body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The body that npm sends to publish. */
export function publishBody({
  name = '@moby/redis',
  version = '1.0.0',
  bytes = Buffer.from(`${name} ${version}`),
  document = {},
  body = {},
}: Draft = {}): Json {
  const file = `${name}-${version}.tgz`;
  const dist = {
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    shasum: createHash('sha1').update(bytes).digest('hex'),
    tarball: `http://localhost/${name}/-/${file.slice(file.indexOf('/') + 1)}`,
  };
  return {
    _id: name,
    name,
    description: 'a component',
    'dist-tags': { latest: version },
    versions: {
      [version]: { name, version, description: 'a component', license: 'Apache-2.0', _id: `${name}@${version}`, dist, ...document },
    },
    access: null,
    _attachments: { [file]: { content_type: 'application/octet-stream', data: bytes.toString('base64'), length: bytes.length } },
    ...body,
  };
}

export function publishPath(name = '@moby/redis'): string {
  return `/${name.replace('/', '%2f')}`;
}
