import { Refusal } from '../gate/refusal.ts';
import { isJsonObject, type JsonObject } from '../storage/json-object.ts';

type Kind =
  | 'text'
  | 'texts'
  | 'mapping of texts'
  | 'person'
  | 'people'
  | 'text or mapping of texts'
  | 'texts or flag'
  | 'object'
  | 'flag'
  | 'text or objects';

/** Of the fields of npm that something reads (clients, search, pages): a wrong type in one of them breaks whoever reads it. */
const kinds: Readonly<Record<string, Kind>> = {
  _id: 'text',
  _nodeVersion: 'text',
  _npmVersion: 'text',
  author: 'person',
  bin: 'text or mapping of texts',
  bugs: 'text or mapping of texts',
  bundleDependencies: 'texts or flag',
  bundledDependencies: 'texts or flag',
  component: 'object',
  contributors: 'people',
  cpu: 'texts',
  dependencies: 'mapping of texts',
  deprecated: 'text',
  description: 'text',
  devDependencies: 'mapping of texts',
  directories: 'mapping of texts',
  dist: 'object',
  engines: 'mapping of texts',
  files: 'texts',
  funding: 'text or objects',
  gitHead: 'text',
  homepage: 'text',
  keywords: 'texts',
  license: 'text',
  main: 'text',
  maintainers: 'people',
  name: 'text',
  optionalDependencies: 'mapping of texts',
  os: 'texts',
  peerDependencies: 'mapping of texts',
  peerDependenciesMeta: 'object',
  private: 'flag',
  publishConfig: 'object',
  readme: 'text',
  readmeFilename: 'text',
  repository: 'text or mapping of texts',
  scripts: 'mapping of texts',
  type: 'text',
  version: 'text',
};

/** Longer than any text of a manifest; a readme may be longer. */
const maxTextLength = 64 * 1024;
const maxReadmeLength = 1 << 20;
const maxItems = 2000;

/** Refuses a version's document in which a known field has another type than npm gives it. */
export function judgeFields(document: JsonObject): void {
  for (const [field, kind] of Object.entries(kinds)) {
    if (!Object.hasOwn(document, field)) continue;
    const value = document[field];
    const isGood = field === 'readme' ? typeof value === 'string' && value.length <= maxReadmeLength : fits(value, kind);
    if (!isGood)
      throw new Refusal({ code: 'MOBY-D422', message: `\`${field}\` of the version's document must be a ${kind}, within bounds` });
  }
}

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return isText(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'object':
      return isJsonObject(value);
    case 'texts':
      return isText(value) || isListOf(value, isText);
    case 'texts or flag':
      return typeof value === 'boolean' || isListOf(value, isText);
    case 'mapping of texts':
      return isMappingOf(value, isText);
    case 'text or mapping of texts':
      return isText(value) || isMappingOf(value, isText);
    case 'person':
      return isPerson(value);
    case 'people':
      return isListOf(value, isPerson);
    case 'text or objects':
      return isText(value) || isJsonObject(value) || isListOf(value, (item) => isText(item) || isJsonObject(item));
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTextLength;
}

function isPerson(value: unknown): boolean {
  return isText(value) || isMappingOf(value, isText);
}

function isListOf(value: unknown, isGood: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= maxItems && value.every(isGood);
}

function isMappingOf(value: unknown, isGood: (item: unknown) => boolean): boolean {
  return isJsonObject(value) && Object.keys(value).length <= maxItems && Object.values(value).every(isGood);
}
