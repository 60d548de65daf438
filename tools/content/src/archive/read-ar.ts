import { badArchive } from './bad-archive.ts';

export interface ArMember {
  readonly name: string;
  /** A view into the archive. */
  readonly bytes: Uint8Array;
}

/** A .deb has three members; a few more are allowed by deb(5) and ignored. */
export const maxArMembers = 32;

const magic = '!<arch>\n';
const headerBytes = 60;

/** Members of an ar archive in file order (deb(5); headers of 60 bytes, data padded to even). `name` is for messages. */
export function readAr(bytes: Uint8Array, name: string): readonly ArMember[] {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (archive.toString('latin1', 0, magic.length) !== magic) throw badArchive(name, 'does not begin as an ar archive');
  const members: ArMember[] = [];
  for (let at = magic.length; at < archive.length;) {
    if (members.length === maxArMembers) throw badArchive(name, `has more than ${maxArMembers} members`);
    if (at + headerBytes > archive.length) throw badArchive(name, "is truncated in a member's header");
    const member = archive
      .toString('latin1', at, at + 16)
      .trimEnd()
      .replace(/\/$/, '');
    const sizeText = archive.toString('latin1', at + 48, at + 58).trimEnd();
    if (!/^[0-9]{1,10}$/.test(sizeText) || archive[at + 58] !== 0x60 || archive[at + 59] !== 0x0a) {
      throw badArchive(name, `has a damaged header at byte ${at}`);
    }
    const begin = at + headerBytes;
    const end = begin + Number(sizeText);
    if (end > archive.length) {
      throw badArchive(name, `is truncated: member \`${member}\` needs ${sizeText} bytes, ${archive.length - begin} are there`);
    }
    members.push({ name: member, bytes: archive.subarray(begin, end) });
    at = end + (end % 2);
  }
  return members;
}
