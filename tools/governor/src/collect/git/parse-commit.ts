/** A commit as its author wrote it. */
export interface ParsedCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** As it stands in the commit, with everything behind the subject. */
  readonly message: string;
  readonly signedOffBy: readonly Omit<Person, 'seconds'>[];
  /** Missing where there is none, or more than one. */
  readonly signature?: CommitSignature;
}

export interface Person {
  readonly name: string;
  readonly email: string;
  /** Since 1970, as its author says. */
  readonly seconds: number;
}

export interface CommitSignature {
  /** The header `gpgsig`: armoured, of OpenPGP, SSH or X.509. */
  readonly text: string;
  /** What is signed: the commit's bytes without the header. */
  readonly payload: Uint8Array;
}

interface Header {
  readonly name: string;
  readonly value: string;
  /** The header's bytes: from, and behind its last line. */
  readonly range: readonly [number, number];
}

/** Undefined where the bytes are no commit. */
export function parseCommit(bytes: Buffer): ParsedCommit | undefined {
  const text = bytes.toString('latin1');
  const headers = headersOf(text);
  const one = (name: string): string | undefined => {
    const found = headers.filter((header) => header.name === name);
    return found.length === 1 ? found[0]?.value : undefined;
  };
  const tree = one('tree');
  const [author, committer] = [one('author'), one('committer')];
  const parents = headers.filter(({ name }) => name === 'parent').map(({ value }) => value);
  if (tree === undefined || author === undefined || committer === undefined || ![tree, ...parents].every(isOid)) return undefined;
  const end = headers.at(-1)?.range[1] ?? 0;
  const message = decode(text.slice(end + 1));
  const signature = signatureOf(text, headers);
  return {
    tree,
    parents,
    author: personOf(author),
    committer: personOf(committer),
    message,
    signedOffBy: signOffs(message),
    ...(signature === undefined ? {} : { signature }),
  };
}

/** Up to the first empty line; a line that begins with a space goes on with the one before. */
function headersOf(text: string): readonly Header[] {
  const headers: Header[] = [];
  let at = 0;
  while (at < text.length && text[at] !== '\n') {
    const start = at;
    let value = '';
    do {
      const end = text.indexOf('\n', at);
      const stop = end < 0 ? text.length : end;
      value += at === start ? text.slice(at, stop) : `\n${text.slice(at + 1, stop)}`;
      at = stop + 1;
    } while (text[at] === ' ');
    const space = value.indexOf(' ');
    headers.push({ name: value.slice(0, Math.max(0, space)), value: value.slice(space + 1), range: [start, Math.min(at, text.length)] });
  }
  return headers;
}

function signatureOf(text: string, headers: readonly Header[]): CommitSignature | undefined {
  const [signature, ...others] = headers.filter(({ name }) => name === 'gpgsig');
  if (signature === undefined || others.length > 0) return undefined;
  const [start, end] = signature.range;
  return { text: signature.value, payload: Buffer.from(text.slice(0, start) + text.slice(end), 'latin1') };
}

/** What isn't as git writes it is a name without an address, which nobody signs off or signs for. */
function personOf(value: string): Person {
  const [, name, email, seconds] = /^([^<>\n]*)<([^<>\n]*)> (-?[0-9]{1,15}) [+-][0-9]{1,6}$/.exec(value) ?? [];
  if (name === undefined || email === undefined) return { name: decode(value), email: '', seconds: 0 };
  return { name: decode(name).trim(), email: decode(email), seconds: Number(seconds) };
}

function signOffs(message: string): ParsedCommit['signedOffBy'] {
  // Spaces before the name are the name's: a second way to read them would take quadratic time.
  return [...message.matchAll(/^signed-off-by:([^<>\n]*)<([^<>\n]*)>[ \t\r]*$/gim)].map(([, name = '', email = '']) => ({
    name: name.trim(),
    email,
  }));
}

function decode(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

function isOid(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
