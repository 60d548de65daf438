import { badArchive } from './bad-archive.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Records `<length> <key>=<value>\n` of a pax extended header (POSIX.1-2017, pax, "pax Header Block"). */
export function readPaxRecords(content: Uint8Array, name: string): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const lengthText = bytes.toString('latin1', at, space < 0 ? at : space);
    const end = at + Number(lengthText);
    const equals = bytes.indexOf(0x3d, space);
    if (!/^[1-9][0-9]{0,5}$/.test(lengthText) || end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a) {
      throw badArchive(name, 'has a damaged pax header');
    }
    try {
      records.set(utf8.decode(bytes.subarray(space + 1, equals)), utf8.decode(bytes.subarray(equals + 1, end - 1)));
    } catch {
      throw badArchive(name, 'has a pax header that is not UTF-8');
    }
    at = end;
  }
  return records;
}

/** One record; the length counts itself. */
export function formatPaxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return Buffer.from(`${length} ${key}=${value}\n`);
}
