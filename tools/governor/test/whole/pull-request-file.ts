import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentLimits, readYaml } from '@moby/model';

/** Where the pull requests lie, with the library that they are made to (README.md there tells the form). */
export const pullRequests: string = join(import.meta.dirname, '..', 'pull-requests');

/** `pull-request.yaml`, as it is written. */
export interface PullRequestFile {
  readonly about: string;
  readonly verdict: string;
  readonly findings?: readonly string[];
  readonly waived?: readonly string[];
  readonly unjudged?: true;
  readonly by?: string;
  readonly pushedBy?: string;
  readonly approvedBy?: readonly string[];
  readonly approvedBefore?: readonly string[];
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly derived?: 'nobody' | { readonly digest: string; readonly size: number };
  readonly base?: Edits;
  readonly head?: Edits;
  readonly target?: Edits;
  readonly trees?: Readonly<Record<string, readonly TreeEntryFile[]>>;
  readonly commits?: readonly string[];
}

export type Edits = Readonly<Record<string, string | null | readonly Edit[]>>;

export type Edit =
  | 'resolved'
  | { readonly copy: string }
  | { readonly replace: string; readonly by: string }
  | { readonly append: string }
  | { readonly set: string; readonly to: unknown };

/** An entry of a folder, byte by byte. */
export interface TreeEntryFile {
  readonly mode: string;
  readonly name?: string;
  /** The name, in hex. */
  readonly bytes?: string;
  readonly text?: string;
  readonly entries?: readonly TreeEntryFile[];
  readonly oid?: string;
  /** That many folders in folders. */
  readonly depth?: number;
}

export interface Person {
  readonly name: string;
  readonly id: number;
  readonly organisation?: string;
}

const keys: ReadonlySet<string> = new Set([
  'about',
  'verdict',
  'findings',
  'waived',
  'unjudged',
  'by',
  'pushedBy',
  'approvedBy',
  'approvedBefore',
  'facts',
  'derived',
  'base',
  'head',
  'target',
  'trees',
  'commits',
]);

export async function readPullRequest(name: string): Promise<PullRequestFile> {
  const file = `${name}/pull-request.yaml`;
  const value = await readPlainYaml<PullRequestFile>(file);
  const unknown = Object.keys(value).filter((key) => !keys.has(key));
  if (unknown.length > 0) throw new Error(`${file} has keys that nobody reads: ${unknown.join(', ')}`);
  return value;
}

export async function readPeople(): Promise<ReadonlyMap<string, Person>> {
  return new Map(Object.entries(await readPlainYaml<Readonly<Record<string, Person>>>('people.yaml')));
}

export async function readForge(): Promise<Readonly<Record<string, unknown>>> {
  return readPlainYaml('forge.yaml');
}

async function readPlainYaml<Value>(file: string): Promise<Value> {
  const read = await readYaml({ file, text: readFileSync(join(pullRequests, file), 'utf8'), limits: documentLimits });
  if (!read.ok) throw new Error(`${file}: ${read.findings.map(({ message }) => message).join('; ')}`);
  // A fixture is taken at its word.
  return JSON.parse(JSON.stringify(read.value.value));
}
