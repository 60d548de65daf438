/** The fields of a control file (deb-control(5)) by name in lower case; further lines stand behind the first, each after a line break. */
export function readControlFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let key = '';
  for (const line of text.split('\n')) {
    const field = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line);
    if (field !== null) fields.set((key = (field[1] ?? '').toLowerCase()), (field[2] ?? '').trim());
    else if (/^[ \t]/.test(line) && key !== '') fields.set(key, `${fields.get(key) ?? ''}\n${line.trim()}`);
  }
  return fields;
}
