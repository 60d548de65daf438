import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from '@moby/testkit';
import { passwordOf, prepareRoot, publishBody, publishPath, send } from '../running-server.ts';
import { fuzzServer, type FuzzOptions, type FuzzReport } from './fuzz-server.ts';

const entry = fileURLToPath(new URL('../stock-entry.ts', import.meta.url));

/** The same words to Verdaccio as it comes, which single requests can end: whoever sees nothing here sees nothing anywhere. */
export async function fuzzStock({ root, ...options }: FuzzOptions & { readonly root: string }): Promise<FuzzReport> {
  prepareRoot(root);
  mkdirSync(join(root, 'packages'), { recursive: true });
  const child = spawn(pinnedNode(), ['-C', 'source', entry, root], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    if (child.stdout === null) throw new Error('no stdout');
    const [line]: readonly unknown[] = await once(child.stdout.setEncoding('utf8'), 'data');
    const port = Number(line);
    const login = { name: 'mike', password: passwordOf('mike') };
    const { json } = await send(port, { method: 'PUT', path: '/-/user/org.couchdb.user:mike', body: login });
    const token = String(json['token']);
    const body = publishBody({ name: '@moby/canary' });
    await send(port, { method: 'PUT', path: publishPath('@moby/canary'), token, body });
    const document = (await send(port, { path: publishPath('@moby/canary') })).json;
    return await fuzzServer(
      { port, process: child, world: { tokens: [token], document }, canaries: ['/-/ping'], bugs: () => [] },
      { ...options, toleratesBroken: true },
    );
  } finally {
    child.kill('SIGKILL');
  }
}
