import { parseFacts, parseKernelSymbols, parseSymbols } from '@moby/abi';
import {
  Failure,
  parseManifest,
  validateDocument,
  type Diagnostic,
  type Document,
  type Facts,
  type KernelSymbolsFile,
  type Manifest,
  type ManifestJson,
  type Symbols,
} from '@moby/model';
import { compareReleases, type Comparison } from '../changes/compare-releases.ts';
import { readStrictJson, type JsonFault } from '../json/strict-json.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { findBaseline, lineOf } from './baseline.ts';
import { fileDigests } from './file-digests.ts';
import type { PublishedVersion, Question, ReleaseContents } from './question.ts';

/** A release as it came in, with what could be read of it. */
export interface Subject {
  readonly question: Question;
  readonly policy: Policy;
  /** The package's JSON files that are there, by path. */
  readonly jsonFiles: ReadonlyMap<string, JsonFile>;
  /** Missing where package.json isn't there, or is no JSON object. */
  readonly package?: PackageSubject;
  /** Missing where package.json isn't a manifest. */
  readonly component?: ComponentSubject;
}

/** package.json as a JSON object, valid or not. */
export interface PackageSubject {
  readonly question: Question;
  readonly policy: Policy;
  readonly document: Document;
  readonly json: Readonly<Record<string, unknown>>;
  /** npm's name and version where they are texts. */
  readonly name?: string;
  readonly npmVersion?: string;
  /** Missing where it isn't one. */
  readonly manifest?: Manifest;
  /** What the schema and the manifest's parser say. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A component that can be read. */
export interface ComponentSubject extends PackageSubject {
  readonly manifest: Manifest;
  readonly manifestJson: ManifestJson;
  readonly facts: Part<Facts>;
  readonly symbols: Part<Symbols>;
  readonly kernelSymbols: Part<KernelSymbolsFile>;
  /** What the release is compared with (`findBaseline`); missing for the first of its component. */
  readonly baseline?: PublishedVersion;
  /** With it; missing also where nobody has written down what it says of itself. */
  readonly comparison?: Comparison;
}

/** A file beside the manifest: there, not there, or not of its form. */
export type Part<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong'; readonly message: string };

export interface JsonFile {
  /** Missing where the bytes are no UTF-8 text or too many. */
  readonly text?: string;
  readonly document?: Document;
  readonly faults: readonly JsonFileFault[];
}

export interface JsonFileFault {
  readonly kind: JsonFault['kind'] | 'too-large' | 'not-utf8' | 'byte-order-mark';
  readonly offset?: number;
  readonly message: string;
}

export const packageFile = 'package.json';

/** The JSON files of a package, with the most bytes that each may have: a manifest is written by hand, facts are not. */
export const jsonFileBytes: Readonly<Record<string, number>> = {
  [packageFile]: 256 * 1024,
  'facts.json': 8 * 1024 * 1024,
  'symbols.json': 8 * 1024 * 1024,
  'kernel-symbols.json': 16 * 1024 * 1024,
};

const maxDepth = 32;

/** Reads what rules look at, once. */
export async function openSubject(question: Question): Promise<Subject> {
  const policy = question.policy ?? defaultPolicy;
  const jsonFiles = new Map<string, JsonFile>();
  for (const [path, maxBytes] of Object.entries(jsonFileBytes)) {
    const bytes = question.release.files.get(path);
    if (bytes !== undefined) jsonFiles.set(path, readJsonFile(question.release.label + path, bytes, maxBytes));
  }
  const subject = { question, policy, jsonFiles };
  const own = await openPackage(subject);
  if (own === undefined) return subject;
  const component = openComponent(subject, own);
  return { ...subject, package: own, ...(component === undefined ? {} : { component }) };
}

/** What a package says of itself, for comparing a release with it; undefined where it is no component. */
export async function readContents(files: ReadonlyMap<string, Uint8Array>): Promise<ReleaseContents | undefined> {
  const { component } = await openSubject({
    door: { kind: 'publish' },
    release: { label: '', files },
    published: [],
    names: { components: [], tombstones: [] },
    payload: { kind: 'unproven', why: 'nobody asked' },
  });
  if (component === undefined) return undefined;
  return contentsOf(component);
}

function contentsOf({
  manifest,
  facts,
  symbols,
  kernelSymbols,
}: Pick<ComponentSubject, 'manifest' | 'facts' | 'symbols' | 'kernelSymbols'>): ReleaseContents {
  return {
    manifest,
    ...(facts.kind === 'read' ? { facts: facts.value } : {}),
    ...(symbols.kind === 'read' ? { symbols: symbols.value } : {}),
    ...(kernelSymbols.kind === 'read' ? { kernelSymbols: kernelSymbols.value } : {}),
  };
}

function readJsonFile(file: string, bytes: Uint8Array, maxBytes: number): JsonFile {
  if (bytes.length > maxBytes)
    return { faults: [{ kind: 'too-large', message: `it has ${bytes.length} bytes; at most ${maxBytes} are read` }] };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { faults: [{ kind: 'not-utf8', message: 'it is not UTF-8 text' }] };
  }
  if (text.startsWith('\ufeff'))
    return { text, faults: [{ kind: 'byte-order-mark', offset: 0, message: 'it begins with a byte order mark' }] };
  return { text, ...readStrictJson(file, text, { maxDepth }) };
}

async function openPackage({ question, policy, jsonFiles }: Omit<Subject, 'package' | 'component'>): Promise<PackageSubject | undefined> {
  const { text, document } = jsonFiles.get(packageFile) ?? {};
  if (text === undefined || document === undefined || !isObject(document.value)) return undefined;
  const invalid = await validateDocument(document, 'component');
  const parsed = invalid.length > 0 ? { ok: false as const, findings: invalid } : await parseManifest({ file: document.file, text });
  const { name, version } = document.value;
  return {
    question,
    policy,
    document,
    json: document.value,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof version === 'string' ? { npmVersion: version } : {}),
    ...(parsed.ok ? { manifest: parsed.value } : {}),
    diagnostics: parsed.findings,
  };
}

function openComponent({ jsonFiles }: Pick<Subject, 'jsonFiles'>, own: PackageSubject): ComponentSubject | undefined {
  const { manifest, json } = own;
  if (manifest === undefined || !isManifestJson(json)) return undefined;
  const { published, release } = own.question;
  const baseline = findBaseline(published, { version: manifest.version, ...(release.line === undefined ? {} : { line: release.line }) });
  const component = {
    ...own,
    manifest,
    manifestJson: json,
    facts: readPart(jsonFiles, 'facts.json', parseFacts),
    symbols: readPart(jsonFiles, 'symbols.json', parseSymbols),
    kernelSymbols: readPart(jsonFiles, 'kernel-symbols.json', parseKernelSymbols),
  };
  if (baseline === undefined) return component;
  const { contents } = baseline;
  if (contents === undefined) return { ...component, baseline };
  const current = { contents: contentsOf(component), digests: fileDigests(release.files) };
  const comparison = compareReleases({
    baseline: { ...baseline, contents },
    version: manifest.version,
    line: lineOf(own.question, manifest.version),
    current,
  });
  return { ...component, baseline, comparison };
}

function readPart<Value>(files: ReadonlyMap<string, JsonFile>, path: string, parse: (text: string, file: string) => Value): Part<Value> {
  const file = files.get(path);
  if (file === undefined) return { kind: 'missing' };
  if (file.text === undefined || file.document === undefined) return { kind: 'wrong', message: `\`${path}\` can't be read as JSON` };
  try {
    return { kind: 'read', value: parse(file.text, path) };
  } catch (error) {
    if (error instanceof Failure) return { kind: 'wrong', message: error.message };
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Holds where the schema has nothing against it, which is the proof; here for the compiler. */
function isManifestJson(json: Readonly<Record<string, unknown>>): json is Readonly<Record<string, unknown>> & ManifestJson {
  return 'component' in json;
}
