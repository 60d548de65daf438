/**
 * The engine's API as the tests here need it: JSON and tar over HTTP to the port that `moby-compose test` forwards.
 * Reference: Docker Engine API v1.41, which every engine of the library speaks.
 */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const apiVersion = 'v1.41';
/** An emulated machine is slow, and no single answer may take for ever. */
const answerLimitMs = 120_000;

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The host's port that leads to a port of the machine. */
export function hostPort(machinePort: number): number {
  const port = Number(process.env[`MOBY_PORT_${machinePort}`]);
  if (!Number.isInteger(port)) throw new Error(`MOBY_PORT_${machinePort} is not set: run this by \`moby-compose test\``);
  return port;
}

export async function send(method: string, path: string, body?: Buffer | object): Promise<Answer> {
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const type = Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json';
  const headers = bytes === undefined ? {} : { 'content-type': type, 'content-length': bytes.length };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: hostPort(2375), method, path: `/${apiVersion}${path}`, headers, agent: false, timeout: answerLimitMs },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${path} was not answered within ${answerLimitMs / 1000} s`)));
    asked.on('error', reject);
    asked.end(bytes);
  });
}

/** The answer's JSON; an error of the engine is thrown with its own words. */
export async function ask(method: string, path: string, body?: Buffer | object): Promise<unknown> {
  const answer = await send(method, path, body);
  const text = answer.body.toString();
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text.trim()}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** What lies in a JSON value below keys and indexes; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value);
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${JSON.stringify(value).slice(0, 500)}`);
  return found;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Asks again until what it gives fits. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value>,
  fits: (value: Value) => boolean,
  withinMs = 60_000,
): Promise<Value> {
  const limit = Date.now() + withinMs;
  for (let last: unknown; ;) {
    try {
      const value = await look();
      if (fits(value)) return value;
      last = JSON.stringify(value);
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    if (Date.now() > limit) throw new Error(`${what}: not within ${withinMs / 1000} s; the last was ${String(last).slice(0, 500)}`);
    await pause(500);
  }
}

export interface Options {
  readonly name?: string;
  readonly image?: string;
  readonly network?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly host?: object;
  readonly exposed?: object;
}

/** Starts a container of the base image, or of another, with a shell command, and gives its id. */
export async function start(command: string, options: Options = {}): Promise<string> {
  const name = options.name === undefined ? '' : `?name=${options.name}`;
  const made = await ask('POST', `/containers/create${name}`, {
    Image: options.image ?? 'base',
    Cmd: ['sh', '-c', command],
    ExposedPorts: options.exposed,
    HostConfig: { ...(options.network === undefined ? {} : { NetworkMode: options.network }), ...options.host },
  });
  const id = textAt(made, 'Id');
  await ask('POST', `/containers/${id}/start`);
  return id;
}

/** The end of a container: its exit code. */
export async function endOf(id: string): Promise<unknown> {
  return at(await ask('POST', `/containers/${id}/wait`), 'StatusCode');
}

/** Runs an image's own command to its end, and gives what it wrote to standard output. */
export async function outputOf(image: string, command?: readonly string[]): Promise<string> {
  const id = textAt(await ask('POST', '/containers/create', { Image: image, Cmd: command }), 'Id');
  await ask('POST', `/containers/${id}/start`);
  await endOf(id);
  return logsOf(`/containers/${id}/logs?stdout=1`);
}

/** Runs a shell command in a container to its end: its output, or an error that has it. The container is removed. */
export async function run(command: string, options: Options = {}): Promise<string> {
  const id = await start(command, options);
  const code = await endOf(id);
  const output = await logsOf(`/containers/${id}/logs?stdout=1&stderr=1`);
  await ask('DELETE', `/containers/${id}?force=1`);
  if (code !== 0) throw new Error(`\`${command}\` ended with ${String(code)}: ${output}`);
  return output;
}

/** Logs without the frames' headers (API reference, "Stream format": eight bytes, the last four the length). */
export async function logsOf(path: string): Promise<string> {
  const { status, body } = await send('GET', path);
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.toString()}`);
  const parts: Buffer[] = [];
  for (let offset = 0; offset + 8 <= body.length;) {
    const length = body.readUInt32BE(offset + 4);
    parts.push(body.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length;
  }
  return Buffer.concat(parts).toString();
}
