import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pullRequests, type Edit, type Edits } from './pull-request-file.ts';
import { lockOf } from './lock-of.ts';

/** Files by path, in which `${sha256 TEXT}` stands for a digest. */
export type Template = Readonly<Record<string, string>>;

/** The library that pull requests are made to, its locks as they should be. */
export async function openLibrary(): Promise<Template> {
  const folder = join(pullRequests, 'library');
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const own = path.slice(folder.length + 1);
    const text = readFileSync(path, 'utf8');
    if (entry.name === 'manifest.json') files[join(dirname(own), 'package.json')] = `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`;
    else files[own] = text;
  }
  return withLocks(files);
}

/** The locks of all assemblies, written anew. */
export async function withLocks(files: Template): Promise<Template> {
  const written: Record<string, string> = { ...files };
  for (const path of Object.keys(files)) {
    const name = /^assemblies\/([^/]+)\/assembly\.yaml$/.exec(path)?.[1];
    if (name !== undefined) written[`assemblies/${name}/assembly.lock.json`] = await lockOf(name, expanded(written));
  }
  return written;
}

/** The files with their digests. */
export function expanded(files: Template): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, withDigests(text)]));
}

export function withDigests(text: string): string {
  return text.replaceAll(/\$\{sha256 ([^}]+)\}/g, (_, named: string) => createHash('sha256').update(named).digest('hex'));
}

/** The files after some edits. Throws where an edit changes nothing: its author thought of other files. */
export async function edited(files: Template, edits: Edits = {}): Promise<Template> {
  const written = new Map(Object.entries(files));
  for (const [paths, edit] of Object.entries(edits)) {
    for (const path of pathsOf(paths)) {
      if (edit === null) {
        if (!written.delete(path)) throw new Error(`\`${path}\` is taken away, and isn't there`);
      } else if (typeof edit === 'string') written.set(path, edit);
      else for (const one of edit) written.set(path, await after(one, path, written));
    }
  }
  return Object.fromEntries(written);
}

async function after(edit: Edit, path: string, files: ReadonlyMap<string, string>): Promise<string> {
  if (edit === 'resolved') return lockOf(path.split('/')[1] ?? '', expanded(Object.fromEntries(files)));
  if ('copy' in edit) return textAt(`${edit.copy}${path.split('/').at(-1)}`, files);
  const text = textAt(path, files);
  if ('append' in edit) return text + edit.append;
  if ('set' in edit) return withMember(text, edit.set.split('.'), edit.to);
  if (!text.includes(edit.replace)) throw new Error(`\`${path}\` has no \`${edit.replace}\``);
  return text.replaceAll(edit.replace, edit.by);
}

/** JSON with another member at a path of keys; null takes it away. */
function withMember(text: string, path: readonly string[], value: unknown): string {
  const json = JSON.parse(text);
  const holder = path.slice(0, -1).reduce((at, key) => at[key], json);
  const last = path.at(-1) ?? '';
  if (value === null) delete holder[last];
  else holder[last] = value;
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function textAt(path: string, files: ReadonlyMap<string, string>): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`there is no \`${path}\``);
  return text;
}

/** `a/{b,c}` → `a/b`, `a/c`. */
function pathsOf(paths: string): readonly string[] {
  const [, before = '', inner, behind = ''] = /^(.*)\{([^}]*)\}(.*)$/.exec(paths) ?? [];
  return inner === undefined ? [paths] : inner.split(',').map((one) => before + one.trim() + behind);
}
