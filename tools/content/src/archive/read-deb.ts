import { badArchive } from './bad-archive.ts';
import { type ArMember, readAr } from './read-ar.ts';
import { decompress } from './decompress.ts';
import { readTar, type TarEntry } from './read-tar.ts';

/**
 * The files of a Debian package (deb(5), format 2.0) in our own process: nothing of it is run. `name` is what messages
 * call it, as `redis-tools`. Refuses devices, and links and entries that could lead outside. Throws `bad-archive` and `limit`.
 */
export async function readDeb(deb: Uint8Array, name: string): Promise<readonly TarEntry[]> {
  const data = memberOf(deb, 'data.tar', name);
  const entries = readTar(await decompress(data.bytes, data.name, name), name);
  refuseDangers(entries, name);
  return entries;
}

/** The texts of a Debian package's control archive by name: `control`, and `postinst`, `conffiles` and the like where there are any. */
export async function readDebControl(deb: Uint8Array, name: string): Promise<ReadonlyMap<string, string>> {
  const member = memberOf(deb, 'control.tar', name);
  const entries = readTar(await decompress(member.bytes, member.name, name), name);
  const texts = new Map(
    entries.filter(({ kind }) => kind === 'file').map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8')] as const),
  );
  if (!texts.has('control')) throw badArchive(name, 'has no file `control` in its control archive');
  return texts;
}

function memberOf(deb: Uint8Array, stem: string, name: string): ArMember {
  const members = readAr(deb, name);
  const version = members[0];
  if (version?.name !== 'debian-binary' || !Buffer.from(version.bytes).toString('latin1').startsWith('2.')) {
    throw badArchive(name, 'is not a Debian package of format 2: its first member is not `debian-binary` with version 2');
  }
  const endings = ['', '.xz', '.zst', '.gz'];
  const member = members.find((candidate) => endings.some((ending) => candidate.name === `${stem}${ending}`));
  if (member !== undefined) return member;
  const found = members.map((candidate) => `\`${candidate.name}\``).join(', ');
  throw badArchive(name, `has no \`${stem}\` in a form that is read (plain, .xz, .zst, .gz); it has ${found}`);
}

function refuseDangers(entries: readonly TarEntry[], name: string): void {
  const kinds = new Map<string, TarEntry['kind']>();
  const parents = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'device' || entry.kind === 'fifo') {
      throw badArchive(name, `has a ${entry.kind} at \`${entry.path}\`; a payload has only files, directories and links`);
    }
    for (let at = entry.path.indexOf('/'); at > 0; at = entry.path.indexOf('/', at + 1)) {
      const parent = entry.path.slice(0, at);
      const kind = kinds.get(parent);
      parents.add(parent);
      if (kind !== undefined && kind !== 'directory') {
        throw badArchive(
          name,
          `has entry \`${entry.path}\` below \`${parent}\`, which is a ${kind === 'symlink' ? 'symbolic link' : 'file'}`,
        );
      }
    }
    if (entry.kind !== 'directory' && parents.has(entry.path))
      throw badArchive(name, `has entries below \`${entry.path}\`, which is no directory`);
    const before = kinds.get(entry.path);
    if (before !== undefined && !(before === 'directory' && entry.kind === 'directory'))
      throw badArchive(name, `has the path \`${entry.path}\` twice`);
    if (entry.kind === 'hard-link' && kinds.get(entry.target) !== 'file' && kinds.get(entry.target) !== 'hard-link') {
      throw badArchive(name, `has a hard link \`${entry.path}\` to \`${entry.target}\`, which is no file before it in the archive`);
    }
    kinds.set(entry.path, entry.kind);
  }
}
