import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createPrivateKey, sign, X509Certificate, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Debian's docker-registry on a free port of this machine, which lets in whoever has a token of a server of ours. */
export interface DockerRegistry {
  /** `127.0.0.1:40123`. */
  readonly host: string;
  /** Users that asked for a token so far, and what for. */
  readonly granted: readonly string[];
  /** `auths` of a docker configuration that lets this user in; a folder for DOCKER_CONFIG. */
  readonly dockerConfig: string;
  /** Stops the registry, removes what no manifest refers to, and starts it again. Gives what the program said. */
  collectGarbage(): Promise<string>;
}

const startLimitMs = 20_000;
const user = { name: 'ada', password: 'l0ve:lace' } as const;

export async function startDockerRegistry(folder: string): Promise<DockerRegistry> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const granted: string[] = [];
  const realm = await startTokenServer(folder, granted);
  const config = join(folder, 'registry.yml');
  writeFileSync(config, configOf({ folder, host, realm }));
  const dockerConfig = folder;
  const auth = Buffer.from(`${user.name}:${user.password}`).toString('base64');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  let running = await start(config, host);
  onTestFinished(() => stop(running));
  return {
    host,
    granted,
    dockerConfig,
    collectGarbage: async () => {
      await stop(running);
      const collected = spawnSync('docker-registry', ['garbage-collect', config], { encoding: 'utf8', timeout: startLimitMs });
      running = await start(config, host);
      return collected.stdout;
    },
  };
}

function configOf({ folder, host, realm }: { readonly folder: string; readonly host: string; readonly realm: string }): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'registry') }, delete: { enabled: true } },
    http: { addr: host, secret: 'of this test' },
    auth: { token: { realm, service: 'the registry', issuer: 'the test', rootcertbundle: join(folder, 'cert.pem') } },
  });
}

async function start(config: string, host: string): Promise<ChildProcess> {
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString().slice(0, 2000)));
  for (let waited = 0; waited < startLimitMs; waited += 50) {
    const status = await fetch(`http://${host}/v2/`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 401) return child;
    if (child.exitCode !== null) break;
    await pause(50);
  }
  await stop(child);
  throw new Error(`docker-registry does not answer at ${host}: ${said}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** As the distribution's "Token authentication specification" has it: a JWT of a certificate that the registry trusts. */
async function startTokenServer(folder: string, granted: string[]): Promise<string> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=tokens',
  ];
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const proof = new X509Certificate(readFileSync(cert)).raw.toString('base64');
  const privateKey = createPrivateKey(readFileSync(key));
  const server = createServer((asked, response) => {
    const url = new URL(asked.url ?? '', 'http://x');
    // The registry asks for actions in any order.
    const scopes = url.searchParams
      .getAll('scope')
      .map((scope) => scope.replace(/[^:]*$/, (actions) => actions.split(',').sort().join(',')));
    const isKnown = asked.headers.authorization === `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
    granted.push(`${isKnown ? user.name : 'nobody'} ${scopes.join(' ')}`.trim());
    if (asked.headers.authorization !== undefined && !isKnown) return void response.writeHead(401).end();
    const access = scopes.map((scope) => {
      const [type = '', name = '', actions = ''] = scope.split(':');
      return { type, name, actions: actions.split(',').filter((action) => isKnown || action === 'pull') };
    });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'the test',
      sub: user.name,
      aud: 'the registry',
      exp: now + 300,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access,
    };
    const text = [{ typ: 'JWT', alg: 'ES256', x5c: [proof] }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: `${text}.${signature}` }));
  });
  return `http://127.0.0.1:${await listen(server)}/token`;
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') server.closeAllConnections();
    await once(server, 'close');
  });
  return portOf(server);
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** What stands between a client and a server, and counts what it is sent. */
export interface Line {
  readonly host: string;
  /** Bytes from the client so far. */
  readonly sent: () => number;
  /** After so many bytes more, or at the begin of the so-manieth PATCH, what comes is cut off or held; resolves when that has happened. */
  disturb(how: 'cut' | 'hold', when: { readonly bytes: number } | { readonly patch: number }): Promise<void>;
}

export async function startLine(target: string): Promise<Line> {
  const [address = '', port = ''] = target.split(':');
  const open = new Set<{ destroy(): void }>();
  let sent = 0;
  let trouble: { readonly how: 'cut' | 'hold'; readonly isTime: (piece: Buffer) => boolean; readonly happened: () => void } | undefined;
  const server = createTcpServer((client) => {
    const upstream = connect(Number(port), address);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
    }
    let isHeld = false;
    client.on('data', (piece) => {
      if (isHeld) return;
      sent += piece.length;
      if (trouble?.isTime(piece) !== true) {
        if (!upstream.write(piece)) client.pause();
        return;
      }
      const { how, happened } = trouble;
      trouble = undefined;
      if (how === 'cut') client.destroy();
      else isHeld = true;
      happened();
    });
    upstream.on('drain', () => client.resume());
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const own = await listen(server);
  onTestFinished(() => open.forEach((socket) => socket.destroy()));
  return {
    host: `127.0.0.1:${own}`,
    sent: () => sent,
    disturb: (how, when) =>
      new Promise((happened) => {
        const at = sent;
        let patches = 0;
        // A request begins with a piece of its own: what was before it has been answered.
        const isTime = (piece: Buffer): boolean => {
          if (piece.subarray(0, 6).toString() === 'PATCH ') patches += 1;
          return 'bytes' in when ? sent - at >= when.bytes : patches >= when.patch;
        };
        trouble = { how, isTime, happened };
      }),
  };
}
