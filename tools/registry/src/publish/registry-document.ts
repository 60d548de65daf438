import { Failure } from '@moby/model';
import { isRecord } from '../npm/packument.ts';
import type { RegistryWriter } from './open-registry-writer.ts';

/** What a registry says of a package now. */
export interface RegistryDocument {
  /** The whole answer, to be sent back; undefined where nothing was published under the name. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  readonly versions: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly tags: ReadonlyMap<string, string>;
}

/** `@moby/redis` → `@moby%2fredis`, as npm's client writes it. */
export function packagePath(npmName: string): string {
  return npmName.replace('/', '%2f');
}

/** Throws `bad-index` where the answer speaks of something else. */
export async function readDocument(npmName: string, writer: RegistryWriter): Promise<RegistryDocument> {
  const json = await writer.document(packagePath(npmName));
  if (json === undefined) return { json: undefined, versions: new Map(), tags: new Map() };
  if (!isRecord(json) || json['name'] !== npmName || !isRecord(json['versions']))
    throw new Failure({
      code: 'bad-index',
      message: `what the registry ${writer.label} answers for \`${npmName}\` is no package of that name`,
      hints: ['is it a registry of npm packages? a mirror or proxy in between may answer in its place'],
    });
  const tags = isRecord(json['dist-tags']) ? Object.entries(json['dist-tags']) : [];
  return {
    json,
    versions: new Map(Object.entries(json['versions']).flatMap(([version, document]) => (isRecord(document) ? [[version, document]] : []))),
    tags: new Map(tags.flatMap(([tag, version]) => (typeof version === 'string' ? [[tag, version]] : []))),
  };
}

/** A text deep in a document; undefined where there is none. */
export function textAt(document: unknown, ...path: readonly string[]): string | undefined {
  let at = document;
  for (const key of path) at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return typeof at === 'string' ? at : undefined;
}
