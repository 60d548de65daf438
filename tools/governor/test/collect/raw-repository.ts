import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** A repository of which each object is written byte by byte, so that it may hold what git would refuse. */
export interface RawRepository {
  readonly folder: string;
  object(type: string, bytes: Uint8Array): string;
  blob(text: string | Uint8Array): string;
  /** Entries in the order of the list, each as it is: mode, name, oid. */
  tree(entries: readonly RawEntry[]): string;
  /** A tree of files, written as git would: names with slashes make folders. `trees`: folders that are written already, by path. */
  files(files: Readonly<Record<string, string>>, trees?: Readonly<Record<string, string>>): string;
  commit(options: RawCommit): string;
  ref(name: string, oid: string): void;
  /** A file of the repository's own, as `shallow`. */
  file(name: string, text: string): void;
}

export type RawEntry = readonly [mode: string, name: string | Uint8Array, oid: string];

export interface RawCommit {
  readonly tree: string;
  readonly parents?: readonly string[];
  readonly message?: string;
  readonly seconds?: number;
  readonly author?: string;
  /** Lines between the committer and the message. */
  readonly headers?: string;
  /** Makes the signature of the commit as it is without it, in its armour. */
  readonly sign?: (payload: Buffer) => string;
}

export function rawRepository(folder: string): RawRepository {
  const write = (path: string, content: string | Uint8Array): void => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  };
  write('HEAD', 'ref: refs/heads/main\n');
  write('config', '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
  mkdirSync(join(folder, 'refs/heads'), { recursive: true });
  mkdirSync(join(folder, 'objects/pack'), { recursive: true });
  const object = (type: string, bytes: Uint8Array): string => {
    const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
    const oid = createHash('sha1').update(whole).digest('hex');
    if (!existsSync(join(folder, 'objects', oid.slice(0, 2), oid.slice(2))))
      write(`objects/${oid.slice(0, 2)}/${oid.slice(2)}`, deflateSync(whole));
    return oid;
  };
  const tree = (entries: readonly RawEntry[]): string =>
    object(
      'tree',
      Buffer.concat(
        entries.flatMap(([mode, name, oid]) => [Buffer.from(`${mode} `), Buffer.from(name), Buffer.of(0), Buffer.from(oid, 'hex')]),
      ),
    );
  const blob = (text: string | Uint8Array): string => object('blob', Buffer.from(text));
  const files: RawRepository['files'] = (named, trees = {}) => {
    const folders = new Map<string, [Record<string, string>, Record<string, string>]>();
    const entries: RawEntry[] = [];
    const sort = (path: string, value: string, which: 0 | 1): void => {
      const slash = path.indexOf('/');
      if (slash < 0) {
        entries.push(which === 0 ? ['100644', path, blob(value)] : ['40000', path, value]);
        return;
      }
      const own = folders.get(path.slice(0, slash)) ?? [{}, {}];
      own[which][path.slice(slash + 1)] = value;
      folders.set(path.slice(0, slash), own);
    };
    for (const [path, text] of Object.entries(named)) sort(path, text, 0);
    for (const [path, oid] of Object.entries(trees)) sort(path, oid, 1);
    for (const [name, [inner, below]] of folders) entries.push(['40000', name, files(inner, below)]);
    const key = ([mode, name]: RawEntry): Buffer => Buffer.concat([Buffer.from(name), Buffer.from(mode === '40000' ? '/' : '')]);
    return tree(entries.toSorted((a, b) => Buffer.compare(key(a), key(b))));
  };
  return {
    folder,
    object,
    blob,
    tree,
    files,
    commit: ({
      tree: top,
      parents = [],
      message = 'a change\n',
      seconds = 1_000_000_000,
      author = 'Ann <ann@example.com>',
      headers = '',
      sign,
    }) => {
      const person = `${author} ${seconds} +0000`;
      const before = parents.map((parent) => `parent ${parent}\n`).join('');
      const text = (more: string): Buffer =>
        Buffer.from(`tree ${top}\n${before}author ${person}\ncommitter ${person}\n${more}\n${message}`);
      const signature = sign?.(text(headers));
      return object('commit', text(signature === undefined ? headers : `${headers}gpgsig ${signature.replaceAll('\n', '\n ')}\n`));
    },
    ref: (name, oid) => write(name, `${oid}\n`),
    file: write,
  };
}
