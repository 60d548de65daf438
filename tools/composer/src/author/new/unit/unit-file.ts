/** A unit of systemd: section → key → its values in order, as systemd.syntax(7) reads them. */
export interface UnitFile {
  /** As `memcached.service`. */
  readonly name: string;
  values(section: string, key: string): readonly string[];
  /** The last value, which counts where a key has one. */
  value(section: string, key: string): string | undefined;
}

const maxLines = 5000;

/** Reads a unit's text; what is no section and no `key=value` is passed over. An empty value takes back those before it. */
export function readUnitFile(name: string, text: string): UnitFile {
  const found = new Map<string, string[]>();
  let section = '';
  for (const line of logicalLines(text)) {
    const header = /^\[([A-Za-z-]+)\]$/.exec(line);
    const pair = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line);
    if (header !== null) section = header[1] ?? '';
    else if (pair !== null) {
      const key = `${section} ${pair[1] ?? ''}`;
      const value = (pair[2] ?? '').trim();
      found.set(key, value === '' ? [] : [...(found.get(key) ?? []), value]);
    }
  }
  const values = (of: string, key: string): readonly string[] => found.get(`${of} ${key}`) ?? [];
  return { name, values, value: (of, key) => values(of, key).at(-1) };
}

/** Without comments, and with lines that end in a backslash joined to the next. */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open = '';
  for (const line of text.split('\n').slice(0, maxLines)) {
    if (/^\s*[#;]/.test(line)) continue;
    if (line.endsWith('\\')) open += `${line.slice(0, -1)} `;
    else {
      lines.push(`${open}${line}`.trim());
      open = '';
    }
  }
  return lines;
}
