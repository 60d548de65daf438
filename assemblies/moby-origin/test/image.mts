/** An image and a build context in plain code: tar in the ustar form (POSIX.1-1988), JSON, sha256. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface TarFile {
  readonly name: string;
  readonly bytes?: Buffer;
  /** A symbolic link to this, instead of bytes. */
  readonly link?: string;
}

/**
 * `docker load` takes it: a component's payload as a layer as it is, since a payload is a plain tar, and below it the links
 * of a merged /usr.
 */
export function imageOf(name: string, payload: string): Buffer {
  const base = tarOf(['bin', 'lib', 'sbin'].map((folder) => ({ name: folder, link: `usr/${folder}` })));
  const layer = readFileSync(payload);
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Env: ['PATH=/usr/sbin:/usr/bin'], Cmd: ['sh'] },
      rootfs: { type: 'layers', diff_ids: [base, layer].map((bytes) => `sha256:${sha256(bytes)}`) },
      history: [{ created_by: 'links' }, { created_by: name }],
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = Buffer.from(JSON.stringify([{ Config: configName, RepoTags: [`${name}:latest`], Layers: ['base.tar', 'layer.tar'] }]));
  return tarOf([
    { name: configName, bytes: config },
    { name: 'base.tar', bytes: base },
    { name: 'layer.tar', bytes: layer },
    { name: 'manifest.json', bytes: manifest },
  ]);
}

export function tarOf(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ name, bytes = Buffer.alloc(0), link }) => [
    headerOf(name, bytes.length, link),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function headerOf(name: string, size: number, link: string | undefined): Buffer {
  const header = Buffer.alloc(512);
  const field = (text: string, at: number): number => header.write(text, at, 'latin1');
  field(name, 0);
  field(link === undefined ? '0000644\0' : '0000777\0', 100);
  field('0000000\0', 108);
  field('0000000\0', 116);
  field(`${size.toString(8).padStart(11, '0')}\0`, 124);
  field('00000000000\0', 136);
  field('        ', 148);
  field(link === undefined ? '0' : '2', 156);
  field(link ?? '', 157);
  field('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  field(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
