import type { GoFacts } from '@moby/model';
import { type FileRange, type GoLayout, indexesOf, offsetOf } from './go-layout.ts';

type BuildInfo = Pick<GoFacts, 'version' | 'tags' | 'isaLevel'>;

const magic = '\u00ff Go buildinf:';
const alignment = 16;
const headerBytes = 32;
const flag = { bigEndian: 1, inline: 2 } as const;
const maxVersionBytes = 256;
/** The settings and the list of modules; Kubernetes' has 60 KB. */
const maxSettingsBytes = 4 << 20;
const maxCandidates = 64;
/** Random bytes that frame the settings, so that `go version` finds them in running memory (cmd/go/internal/modload). */
const frameBytes = 16;

/**
 * The toolchain's version and the settings of the build, in the format since Go 1.18 (the texts follow the header) and in
 * the one before (the header points to Go strings). Empty where the program has no such record, or a broken one.
 * Source: Go, `debug/buildinfo`.
 */
export function readBuildInfo(layout: GoLayout): BuildInfo {
  const section = layout.sections.get('.go.buildinfo');
  const places: readonly FileRange[] = section === undefined ? layout.loads.filter((load) => load.writable) : [section];
  let left = maxCandidates;
  for (const place of places) {
    for (const at of indexesOf(layout.bytes, magic, place)) {
      const texts = (at - place.start) % alignment === 0 ? readTexts(layout, at) : undefined;
      if (texts !== undefined) return describe(texts);
      if (--left === 0) return {};
    }
  }
  return {};
}

interface BuildTexts {
  readonly version: string;
  readonly settings: string;
}

function readTexts(layout: GoLayout, at: number): BuildTexts | undefined {
  const flags = layout.bytes[at + 15] ?? 0;
  const texts =
    (flags & flag.inline) === 0 ? readPointed(layout, at, (flags & flag.bigEndian) === 0) : readInline(layout, at + headerBytes);
  return texts === undefined || !/^(?:go1|devel )[ -~]*$/.test(texts.version) ? undefined : texts;
}

function readInline(layout: GoLayout, at: number): BuildTexts | undefined {
  const version = readCounted(layout.bytes, at, maxVersionBytes);
  const settings = version === undefined ? undefined : readCounted(layout.bytes, version.end, maxSettingsBytes);
  if (version === undefined || settings === undefined) return undefined;
  return { version: textOf(layout, version), settings: textOf(layout, settings) };
}

/** A text after its length, a varint. */
function readCounted(bytes: Buffer, at: number, maxBytes: number): FileRange | undefined {
  let length = 0;
  for (let index = 0; index < 4; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte >= 0x80) continue;
    const start = at + index + 1;
    return length > maxBytes || start + length > bytes.length ? undefined : { start, end: start + length };
  }
  return undefined;
}

function readPointed(layout: GoLayout, at: number, littleEndian: boolean): BuildTexts | undefined {
  const wordBytes = layout.bytes[at + 14];
  if (wordBytes !== 4 && wordBytes !== 8) return undefined;
  const word = (offset: number): number | undefined => {
    if (offset + wordBytes > layout.bytes.length) return undefined;
    if (wordBytes === 4) return littleEndian ? layout.bytes.readUInt32LE(offset) : layout.bytes.readUInt32BE(offset);
    return Number(littleEndian ? layout.bytes.readBigUInt64LE(offset) : layout.bytes.readBigUInt64BE(offset));
  };
  const goString = (pointer: number, maxBytes: number): FileRange | undefined => {
    const header = offsetOf(layout, word(pointer) ?? 0);
    if (header === undefined) return undefined;
    const [address, length] = [word(header), word(header + wordBytes)];
    if (address === undefined || length === undefined || length > maxBytes) return undefined;
    const start = length === 0 ? 0 : offsetOf(layout, address);
    return start === undefined || start + length > layout.bytes.length ? undefined : { start, end: start + length };
  };
  const version = goString(at + 16, maxVersionBytes);
  if (version === undefined) return undefined;
  const settings = goString(at + 16 + wordBytes, maxSettingsBytes) ?? { start: 0, end: 0 };
  return { version: textOf(layout, version), settings: textOf(layout, settings) };
}

function textOf(layout: GoLayout, range: FileRange): string {
  return layout.bytes.toString('latin1', range.start, range.end);
}

function describe(texts: BuildTexts): BuildInfo {
  const framed = texts.settings.length > 2 * frameBytes && texts.settings.at(-frameBytes - 1) === '\n';
  const lines = framed ? texts.settings.slice(frameBytes, -frameBytes).split('\n') : [];
  const settings = lines.filter((line) => line.startsWith('build\t')).map((line) => line.slice('build\t'.length));
  const valueOf = (key: string): string | undefined => settings.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  const level = /^v([1-4])$/.exec(valueOf('GOAMD64') ?? '')?.[1];
  return {
    version: texts.version,
    ...(settings.length === 0 ? {} : { tags: tagsOf(valueOf('-tags') ?? '') }),
    ...(level === undefined ? {} : { isaLevel: Number(level) }),
  };
}

/** A value with a blank in it stands between quotes. */
function tagsOf(value: string): readonly string[] {
  return [...new Set(value.split(/[\s,"`]+/).filter((tag) => tag !== ''))].sort();
}
