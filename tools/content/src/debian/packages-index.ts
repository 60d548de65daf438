import { Failure } from '@moby/model';

/** A stanza of a Packages index. */
export interface DebianPackage {
  readonly package: string;
  readonly version: string;
  readonly architecture: string;
  /** The pool path. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly source: string;
  readonly sourceVersion: string;
  /** Pre-Depends and Depends: alternatives are kept together. */
  readonly depends: readonly (readonly Dependency[])[];
  /** The suite that has it, as `trixie-security`. */
  readonly suite: string;
}

export interface Dependency {
  readonly package: string;
  readonly relation?: '<<' | '<=' | '=' | '>=' | '>>';
  readonly version?: string;
}

const namePattern = /^[a-z0-9][a-z0-9+.-]{0,127}$/;
const maxStanzaBytes = 1_000_000;

/**
 * All stanzas of one name, by a search for its `Package:` line: the index of main has 68,000 stanzas, of which a component
 * needs a few. `name` is for messages. Throws `bad-index` for a stanza that lacks what a pin needs.
 */
export function findStanzas(index: Uint8Array, packageName: string, suite: string): readonly DebianPackage[] {
  if (!namePattern.test(packageName)) return [];
  const bytes = Buffer.from(index.buffer, index.byteOffset, index.length);
  const line = Buffer.from(`Package: ${packageName}\n`);
  const found: DebianPackage[] = [];
  for (let at = bytes.indexOf(line); at >= 0; at = bytes.indexOf(line, at + 1)) {
    if (at > 0 && bytes[at - 1] !== 0x0a) continue;
    const begin = at === 0 ? 0 : bytes.lastIndexOf('\n\n', at - 1) + 2;
    const end = bytes.indexOf('\n\n', at);
    const stanza = bytes.subarray(begin <= 1 ? 0 : begin, end < 0 ? bytes.length : end + 1);
    if (stanza.length > maxStanzaBytes) throw badStanza(packageName, suite, `is longer than ${maxStanzaBytes} bytes`);
    found.push(parseStanza(stanza.toString('utf8'), packageName, suite));
  }
  return found;
}

function parseStanza(text: string, packageName: string, suite: string): DebianPackage {
  const fields = new Map<string, string>();
  let key = '';
  for (const line of text.split('\n')) {
    const field = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line);
    if (field !== null) fields.set((key = (field[1] ?? '').toLowerCase()), field[2] ?? '');
    else if (line.startsWith(' ')) fields.set(key, `${fields.get(key) ?? ''} ${line.trim()}`);
  }
  const need = (field: string, pattern: RegExp): string => {
    const value = fields.get(field) ?? '';
    if (pattern.test(value)) return value;
    throw badStanza(packageName, suite, `has no usable field \`${field}\``);
  };
  const version = need('version', /^[0-9A-Za-z.+~:-]{1,200}$/);
  const source = /^([a-z0-9][a-z0-9+.-]*)(?: \(([^)\s]+)\))?$/.exec(fields.get('source') ?? packageName);
  const path = need('filename', /^pool\/[A-Za-z0-9/._+~:%-]{1,1000}\.deb$/);
  if (path.split('/').includes('..')) throw badStanza(packageName, suite, `has the path \`${path}\``);
  return {
    package: packageName,
    version,
    architecture: need('architecture', /^[a-z0-9-]{1,40}$/),
    path,
    size: Number(need('size', /^[0-9]{1,12}$/)),
    sha256: need('sha256', /^[0-9a-f]{64}$/),
    source: source?.[1] ?? packageName,
    sourceVersion: source?.[2] ?? version,
    depends: parseDependencies([fields.get('pre-depends') ?? '', fields.get('depends') ?? ''].filter((list) => list !== '').join(', ')),
    suite,
  };
}

/** `a (>= 1) | b, c:any` (Policy 7.1); restrictions of architectures don't occur in binary packages. */
export function parseDependencies(text: string): readonly (readonly Dependency[])[] {
  return text
    .split(',')
    .map((group) =>
      group.split('|').flatMap((alternative) => {
        const match = /^\s*([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>)\s*([^)\s]+)\s*\))?/.exec(alternative);
        if (match?.[1] === undefined) return [];
        const relation = relations.find((candidate) => candidate === match[2]);
        return [relation === undefined ? { package: match[1] } : { package: match[1], relation, version: match[3] ?? '' }];
      }),
    )
    .filter((group) => group.length > 0);
}

const relations = ['<<', '<=', '=', '>=', '>>'] as const;

function badStanza(packageName: string, suite: string, what: string): Failure {
  return new Failure({ code: 'bad-index', message: `the entry of \`${packageName}\` in the index of \`${suite}\` ${what}` });
}
