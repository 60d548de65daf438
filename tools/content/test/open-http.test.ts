import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHttp } from '@moby/content';
import { scratchFolder } from '@moby/testkit';
import { expect, onTestFinished, test } from 'vitest';

interface Listening {
  readonly url: string;
  readonly port: number;
}

async function listen(server: ReturnType<typeof createServer>): Promise<Listening> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, port: address.port };
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function answers(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
  else if (request.url === '/moved') response.writeHead(301, { location: '/here?x=1' }).end();
  else if (request.url === '/never') return;
  else if (request.url === '/drip') {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  } else response.end(`${request.url ?? ''} ${request.headers.host ?? ''} ${request.headers.authorization ?? ''}`);
}

test('follows redirects, but not for ever', async () => {
  const { url } = await listen(createServer(answers));
  const http = openHttp();
  onTestFinished(() => http.close());
  expect(await text((await http.get(`${url}/moved`)).body)).toContain('/here?x=1');
  await expect(http.get(`${url}/loop`)).rejects.toThrow('more than 5 redirects');
});

test('gives up a server that is silent, and one that only drips', async () => {
  const { url } = await listen(createServer(answers));
  const http = openHttp({ silenceMs: 500 });
  onTestFinished(() => http.close());
  await expect(http.get(`${url}/never`)).rejects.toThrow('silent for 0.5 s');
  const dripping = await http.get(`${url}/drip`);
  await expect(text(dripping.body)).rejects.toThrow('slower than 4096 bytes a second');
});

test('sends plain requests through a proxy with its password, and none to the hosts that are excepted', async () => {
  const target = await listen(createServer(answers));
  const seen: string[] = [];
  const proxy = await listen(
    createServer((request, response) => {
      seen.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`);
      response.end('from the proxy');
    }),
  );
  const settings = { http: `http://user:secret@127.0.0.1:${proxy.port}`, https: undefined };
  const http = openHttp({ proxy: { ...settings, except: undefined } });
  const excepted = openHttp({ proxy: { ...settings, except: '127.0.0.1' } });
  onTestFinished(() => {
    http.close();
    excepted.close();
  });
  expect(await text((await http.get('http://archive.example/debian/x')).body)).toBe('from the proxy');
  expect(seen).toEqual([`http://archive.example/debian/x Basic ${Buffer.from('user:secret').toString('base64')}`]);
  expect(await text((await excepted.get(`${target.url}/direct`)).body)).toContain('/direct');
  expect(seen).toHaveLength(1);
});

test('reaches https through CONNECT and checks the certificate of the server behind it', async () => {
  const folder = scratchFolder();
  execFileSync(
    'openssl',
    [
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
      '/CN=archive.example',
      '-addext',
      'subjectAltName=DNS:archive.example',
      '-keyout',
      join(folder, 'key.pem'),
      '-out',
      join(folder, 'cert.pem'),
    ],
    { stdio: 'ignore' },
  );
  const secure = createTlsServer({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }, answers);
  const target = await listen(secure);
  const seen: string[] = [];
  const server = createServer();
  server.on('connect', (request: IncomingMessage, socket) => {
    seen.push(request.url ?? '');
    const onward = connect(target.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  });
  const proxy = await listen(server);
  const program = `
    import { openHttp } from '@moby/content';
    const http = openHttp({ proxy: { http: undefined, https: 'http://127.0.0.1:${proxy.port}', except: undefined } });
    try {
      const response = await http.get('https://archive.example/debian/y');
      for await (const piece of response.body) process.stdout.write(piece);
    } catch (error) { process.stdout.write(error.message); }
    http.close();`;
  const run = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const child = spawn(process.execPath, ['-C', 'source', '--input-type=module', '-e', program], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, ...env },
    });
    const out = text(child.stdout);
    await once(child, 'close');
    return await out;
  };
  expect(await run({ NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') })).toContain('/debian/y archive.example');
  expect(seen).toEqual(['archive.example:443']);
  expect(await run({})).toContain('its certificate is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT');
}, 30_000);
