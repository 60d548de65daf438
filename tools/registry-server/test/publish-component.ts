import { join } from 'node:path';
import { packComponent, publishDocument } from '@moby/registry/pack';
import { temporaryFolder, removeFolder } from '@moby/testkit';
import { writeBelow, writeComponent, type ComponentText } from '../../registry/test/write-component.ts';
import { publishPath, type Answered, type RunningServer } from './running-server.ts';

export interface Published extends ComponentText {
  readonly facts?: object;
}

/** Packs a component and publishes it as npm's client does. */
export async function publishComponent(server: RunningServer, token: string, component: Published): Promise<Answered> {
  const folder = temporaryFolder();
  try {
    const line = join(folder, component.name, component.upstream.split('.').slice(0, 2).join('.'));
    writeComponent(line, component);
    const facts = { payload: `sha256:${'ab'.repeat(32)}`, unpackedBytes: 0, elf: [], programs: [], links: {}, ...component.facts };
    writeBelow(line, { 'facts.json': JSON.stringify({ facts: 1, platforms: { 'linux/amd64': facts } }) });
    const packed = await packComponent(line, component.name);
    return await server.ask({
      method: 'PUT',
      path: publishPath(packed.manifest.npmName),
      token,
      body: publishDocument({ packed, registry: `${server.url}/`, tag: 'latest' }),
    });
  } finally {
    await removeFolder(folder);
  }
}

/** Three that know each other: `packer` needs of `zlib` what only its newer line has, and `alone` needs nobody. */
export const three: readonly Published[] = [
  { name: 'zlib', upstream: '1.2.0', manifest: { provides: { 'api:zip': '1.2.0' } } },
  { name: 'zlib', upstream: '1.3.0', manifest: { provides: { 'api:zip': '1.3.0' } } },
  {
    name: 'packer',
    upstream: '1.0.0',
    manifest: { kind: 'tool', category: 'base', requires: { 'api:zip': '>=1.3.0' } },
    facts: { programs: ['/usr/bin/packer'] },
  },
  { name: 'alone', upstream: '2.0.0' },
];
