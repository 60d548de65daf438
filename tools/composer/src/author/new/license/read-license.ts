import { spdxException, spdxName } from './license-names.ts';
import { recogniseLicense } from './recognise-license.ts';

/** What a copyright file says of its package's license. */
export interface LicenseReading {
  /** An SPDX expression; undefined where a hand has to write it. */
  readonly expression: string | undefined;
  /** `stated` in a machine-readable file, or `recognised` by its text. */
  readonly by: 'stated' | 'recognised' | 'nothing';
  /** Names that no table has and whose text is no well-known one: each stands in the expression as a `LicenseRef-`. */
  readonly unknown: readonly string[];
  /** Names that no table has, with what their text is: `BSD-3-NLnetLabs` → `BSD-3-Clause`. */
  readonly byText: Readonly<Record<string, string>>;
}

/** The schema's own bound. */
const maxExpressionLength = 500;
const nothing: LicenseReading = { expression: undefined, by: 'nothing', unknown: [], byText: {} };

/**
 * Reads a Debian copyright file: a machine-readable one (DEP-5) says license by license what the sources are under; of any other
 * the texts of well-known licenses are looked for. What only the packaging, tests, documentation and build files are under
 * does not count: nothing of them is in the payload.
 */
export function readLicense(copyright: string): LicenseReading {
  const stanzas = stanzasOf(copyright);
  const isMachineReadable = stanzas[0]?.has('format') === true;
  if (!isMachineReadable) {
    const recognised = recogniseLicense(copyright);
    return recognised === undefined ? nothing : { expression: recognised, by: 'recognised', unknown: [], byText: {} };
  }
  const files = stanzas.filter((stanza) => stanza.has('files'));
  const counting = files.filter((stanza) => !isAside(stanza.get('files') ?? ''));
  const names = (counting.length > 0 ? counting : files).map((stanza) => (stanza.get('license') ?? '').split('\n')[0]?.trim() ?? '');
  const reading: NameReading = { texts: textsOf(stanzas), unknown: new Set(), byText: new Map() };
  const parts = [...new Set(names.filter((name) => name !== '').map((name) => expressionOf(name, reading)))];
  const expression = [
    ...new Set(parts.flatMap((part) => (parts.length > 1 && part.includes(' OR ') ? [`(${part})`] : part.split(' AND ')))),
  ].join(' AND ');
  if (expression === '' || expression.length > maxExpressionLength) return nothing;
  return {
    expression,
    by: 'stated',
    unknown: [...reading.unknown].sort(),
    byText: Object.fromEntries([...reading.byText].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** What is found out about names while they are read. */
interface NameReading {
  readonly texts: ReadonlyMap<string, string>;
  readonly unknown: Set<string>;
  readonly byText: Map<string, string>;
}

/** A license's name → its text, wherever the file has it. */
function textsOf(stanzas: readonly ReadonlyMap<string, string>[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const stanza of stanzas) {
    const [name = '', ...lines] = (stanza.get('license') ?? '').split('\n');
    if (lines.length > 0 && !texts.has(name.trim())) texts.set(name.trim(), lines.join('\n'));
  }
  return texts;
}

function stanzasOf(text: string): readonly ReadonlyMap<string, string>[] {
  return text
    .replaceAll('\r', '')
    .split(/\n[ \t]*\n/)
    .map((paragraph) => {
      const fields = new Map<string, string>();
      let key = '';
      for (const line of paragraph.split('\n')) {
        const field = /^([A-Za-z-]+):[ \t]*(.*)$/.exec(line);
        if (field !== null) fields.set((key = (field[1] ?? '').toLowerCase()), field[2] ?? '');
        else if (/^[ \t]/.test(line) && key !== '') fields.set(key, `${fields.get(key) ?? ''}\n${line.trim()}`);
      }
      return fields;
    });
}

const asideFolders =
  /^(?:\.\/)?(?:debian|tests?|testsuite|testing|t|docs?|documentation|examples?|samples?|contrib|m4|build-aux|build|config|cmake|autoconf|man|po|scripts|ci|\.github|fuzz\w*|bench\w*)\//i;
const asideFiles =
  /(?:^|\/)(?:configure|config\.(?:guess|sub|rpath)|install-sh|ltmain\.sh|missing|depcomp|compile|test-driver|aclocal\.m4|ylwrap|mkinstalldirs|Makefile(?:\.in|\.am)?|\*?\.?Makefile\.in|INSTALL\w*|[\w*-]+\.m4)$/;

/** Whether all that a stanza is about lies aside of what is compiled. */
function isAside(patterns: string): boolean {
  const list = patterns.split(/\s+/).filter((pattern) => pattern !== '');
  return list.length > 0 && list.every((pattern) => asideFolders.test(pattern) || asideFiles.test(pattern));
}

/** `GPL-2+ or Artistic` → `GPL-2.0-or-later OR Artistic-1.0-Perl`; a comma before `and` or `or` only groups. */
function expressionOf(text: string, reading: NameReading): string {
  return text
    .split(/,?\s+(and\/or|and|or)\s+/i)
    .map((word, at) => (at % 2 === 1 ? (word.toLowerCase() === 'and' ? 'AND' : 'OR') : oneName(word.replace(/,$/, '').trim(), reading)))
    .join(' ');
}

function oneName(text: string, { texts, unknown, byText }: NameReading): string {
  const [name = '', exception] = text.split(/\s+with\s+/i);
  const known = spdxName(name.trim());
  if (known === undefined) {
    const recognised = recogniseLicense(texts.get(text) ?? '');
    if (recognised !== undefined && !recognised.includes(' ')) {
      byText.set(text, recognised);
      return recognised;
    }
    unknown.add(text);
    return referenceOf(text);
  }
  if (exception === undefined) return known;
  const spdx = spdxException(exception);
  if (spdx !== undefined) return `${known} WITH ${spdx}`;
  unknown.add(text);
  return referenceOf(text);
}

function referenceOf(text: string): string {
  const name = text.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-+|-+$/g, '');
  return `LicenseRef-${name === '' ? 'unnamed' : name}`;
}
