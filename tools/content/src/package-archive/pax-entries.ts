const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Records `<length> <key>=<value>\n` of a pax extended header in their order (POSIX.1-2017, pax, "pax Header Block"), a key that stands
 * twice both times; undefined where they are not of that form. A value with a line's end is not: readers that split at lines see others.
 */
export function paxEntries(bytes: Buffer): readonly (readonly [string, string])[] | undefined {
  const entries: (readonly [string, string])[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = /^[1-9][0-9]{0,5}(?= )/.exec(bytes.toString('latin1', at, at + 7))?.[0];
    const end = at + Number(length ?? 0);
    const record = bytes.subarray(at + (length ?? '').length + 1, end - 1);
    const equals = record.indexOf(0x3d);
    if (length === undefined || end > bytes.length || bytes[end - 1] !== 0x0a || record.includes(0x0a) || equals < 1) return undefined;
    try {
      entries.push([utf8.decode(record.subarray(0, equals)), utf8.decode(record.subarray(equals + 1))]);
    } catch {
      return undefined;
    }
    at = end;
  }
  return entries;
}
