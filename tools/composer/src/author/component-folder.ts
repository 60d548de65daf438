import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure, parseManifest, type Manifest, type ManifestJson } from '@moby/model';

/** A component's line on disk, `components/<name>/<line>`, as its author works on it. */
export interface ComponentFolder {
  readonly folder: string;
  /** `name/line`, as commands and messages spell it. */
  readonly id: string;
  readonly line: string;
  /** package.json with the order of its keys, for rewriting, and as it stands. */
  readonly json: ManifestJson;
  readonly text: string;
  /** The draft: pins and digests may be missing still (empty texts and zeros). */
  readonly manifest: Manifest;
}

export const maxManifestBytes: number = 4 * 1024 * 1024;

/** Reads a line's package.json. Throws `Failure` `not-found`, `limit`, or `invalid-input` with the findings. */
export async function readComponentFolder(folder: string): Promise<ComponentFolder> {
  const file = join(folder, 'package.json');
  return { folder, id: componentId(folder), line: basename(folder), ...(await parseDraft(file, await readText(file))) };
}

/** A package.json as text → its JSON and draft manifest. Throws `Failure` `invalid-input` with the findings. */
export async function parseDraft(file: string, text: string): Promise<Pick<ComponentFolder, 'json' | 'text' | 'manifest'>> {
  const judged = await parseManifest({ file, text, stage: 'draft' });
  const id = componentId(dirname(file));
  const findings = judged.findings.filter((finding) => finding.severity === 'error');
  const invalid = new Failure({ code: 'invalid-input', message: `\`${id}\` is not a valid component`, findings });
  if (!judged.ok) throw invalid;
  const json: unknown = JSON.parse(text);
  if (!isManifestJson(json)) throw invalid;
  return { json, text, manifest: judged.value };
}

/** `components/redis/8.0` → `redis/8.0`. */
export function componentId(folder: string): string {
  return `${basename(dirname(folder))}/${basename(folder)}`;
}

/** A file of a component, at most 4 MiB of it. Throws `Failure` `not-found` or `limit`. */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new Failure({ code: 'not-found', message: `\`${file}\` can't be read`, hints: ['npx moby-compose list components'], cause });
  }
  if (bytes.length > maxManifestBytes) {
    throw new Failure({ code: 'limit', message: `\`${file}\` has ${bytes.length} bytes; at most ${maxManifestBytes} are read` });
  }
  return bytes.toString('utf8');
}

/** Holds after `parseManifest`, which is the proof; here for the compiler. */
function isManifestJson(value: unknown): value is ManifestJson {
  return typeof value === 'object' && value !== null && 'component' in value;
}
