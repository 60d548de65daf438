import { resolve as resolvePath } from 'node:path';
import {
  parseBytes,
  parseVersion,
  parseWish,
  readProbe,
  readYaml,
  satisfies,
  validateDocument,
  type Diagnostic,
  type Document,
  type Judged,
  type Place,
  type PortMapping,
  type TestSettings,
  type Volume,
} from '@moby/model';
import type { Assembly, AssemblyExpectation, AssemblyFile, Entry, RootWish, Section } from './assembly.ts';
import type { AssemblyJson, EntryJson } from './assembly-json.ts';
import { readExpectation } from './read-expectation.ts';
import { vary, type Varied } from './vary.ts';

/** What the parser needs of the world. */
export interface ParseSurroundings {
  /** Reads a file that the assembly names, at most `maxBytes`; undefined where there is none. */
  readonly readFile: (path: string, maxBytes: number) => Promise<Uint8Array | undefined>;
  /** Finds the assembly that another one extends. */
  readonly findBase: (name: string) => Promise<{ readonly file: string; readonly folder: string; readonly text: string } | undefined>;
}

export interface AssemblyText {
  readonly file: string;
  readonly folder: string;
  readonly text: string;
}

const maxExtensionDepth = 8;
const maxFileBytes = 16 * 1024 * 1024;
const defaultCmdline = 'console=ttyS0';
const leastVolumeBytes = 32 * 1024 ** 2;

/** assembly.yaml → Assembly, with everything that it extends folded in. All findings carry file, line and column. */
export async function parseAssembly(text: AssemblyText, surroundings: ParseSurroundings, depth = 0): Promise<Judged<Assembly>> {
  const read = await readYaml({ file: text.file, text: text.text });
  if (!read.ok) return read;
  const findings = await validateDocument(read.value, 'assembly');
  if (findings.length > 0 || !isAssemblyJson(read.value.value)) return { ok: false, findings };
  return new AssemblyReader(text, read.value, surroundings, depth).read(read.value.value);
}

/** Holds after `validateDocument`, which is the proof; here for the compiler. */
function isAssemblyJson(value: unknown): value is AssemblyJson {
  return typeof value === 'object' && value !== null;
}

type Path = readonly (string | number)[];

class AssemblyReader {
  readonly #findings: Diagnostic[] = [];
  readonly #text: AssemblyText;
  readonly #document: Document;
  readonly #surroundings: ParseSurroundings;
  readonly #depth: number;

  constructor(text: AssemblyText, document: Document, surroundings: ParseSurroundings, depth: number) {
    this.#text = text;
    this.#document = document;
    this.#surroundings = surroundings;
    this.#depth = depth;
  }

  async read(json: AssemblyJson): Promise<Judged<Assembly>> {
    const base = json.extends === undefined ? undefined : await this.#base(json.extends);
    const files: AssemblyFile[] = [];
    for (const [index, file] of (json.files ?? []).entries()) {
      const contents = await this.#contents(file, ['files', index]);
      if (contents !== undefined) files.push({ path: file.path, mode: Number.parseInt(file.mode ?? '0644', 8), contents });
    }
    const expect: AssemblyExpectation[] = [];
    for (const [index, expectation] of (json.expect ?? []).entries()) {
      const path = ['expect', index];
      const read = await readExpectation(expectation, {
        folder: this.#text.folder,
        place: this.#document.placeOf(path),
        surroundings: this.#surroundings,
      });
      if (typeof read === 'string') this.#report(path, read);
      else expect.push(read);
    }
    const own = this.#own(json, base);
    const entries = own.entries;
    this.#checkNames(entries);
    this.#checkPorts(entries);
    const assembly: Assembly = {
      ...own,
      documents: [{ ...json, description: undefined }, ...(base?.documents ?? [])],
      files: [...(base?.files ?? []).filter((old) => !files.some((file) => file.path === old.path)), ...files],
      entries,
      expect: [...(json.ownExpect === true ? [] : (base?.expect ?? [])), ...expect],
    };
    return this.#findings.some((finding) => finding.severity === 'error')
      ? { ok: false, findings: this.#findings }
      : { ok: true, value: assembly, findings: this.#findings };
  }

  #own(json: AssemblyJson, base: Assembly | undefined): Omit<Assembly, 'documents' | 'expect'> {
    const start: Varied = {
      kernel: base?.kernel ?? { ...anyOf('linux'), where: 'kernel.component' },
      init: base?.init ?? { ...anyOf('init'), where: 'init' },
      machine: base?.machine ?? [],
      constraints: base?.constraints ?? [],
      entries: base?.entries ?? [],
      forbidden: base?.forbidden ?? [],
      replacements: base?.replacements ?? [],
    };
    const varied = vary(start, {
      added: (json.with ?? []).map((text, index) => this.#wish(text, ['with', index])),
      without: (json.without ?? []).map((text, index) => this.#wish(text, ['without', index])),
      replaced: Object.entries(json.replace ?? {}).map(([name, text]) => ({
        from: this.#wish(name, ['replace', name]),
        to: this.#wish(text, ['replace', name]),
      })),
    });
    const own = sections.flatMap((section) => (json[section] ?? []).map((entry, index) => this.#entry(section, entry, index)));
    const size = json.budget?.size === undefined ? base?.budget.sizeBytes : parseBytes(json.budget.size);
    const memory = json.budget?.memory === undefined ? base?.budget.memoryBytes : parseBytes(json.budget.memory);
    const cpuLevel = json.processor === undefined ? base?.cpuLevel : Number(json.processor.slice(-1));
    return {
      name: json.name,
      version: json.version,
      file: this.#text.file,
      folder: this.#text.folder,
      platforms: json.platforms ?? base?.platforms ?? ['linux/amd64'],
      kernel: json.kernel?.component === undefined ? varied.kernel : this.#wish(json.kernel.component, ['kernel', 'component']),
      cmdline: json.kernel?.cmdline ?? base?.cmdline ?? defaultCmdline,
      modules: [...new Set([...(base?.modules ?? []), ...(json.kernel?.modules ?? [])])],
      ...(cpuLevel === undefined ? {} : { cpuLevel }),
      init: json.init === undefined ? varied.init : this.#wish(json.init, ['init']),
      machine: varied.machine,
      defaults: { ...base?.defaults, ...this.#defaults(json.defaults ?? {}) },
      constraints: [...varied.constraints, ...(json.constraints ?? []).map((text, index) => this.#wish(text, ['constraints', index]))],
      forbidden: varied.forbidden,
      replacements: varied.replacements,
      entries: sections.flatMap((section) => [...varied.entries, ...own].filter((entry) => entry.section === section)),
      files: [],
      layout: json.layout ?? base?.layout ?? 'initrd',
      budget: { ...(size === undefined ? {} : { sizeBytes: size }), ...(memory === undefined ? {} : { memoryBytes: memory }) },
      volumes: this.#volumes(json.volumes ?? [], base?.volumes ?? []),
      ...this.#test(json.test, base?.test),
    };
  }

  #defaults(json: Readonly<Record<string, string>>): Readonly<Record<string, RootWish>> {
    return Object.fromEntries(Object.entries(json).map(([capability, name]) => [capability, this.#wish(name, ['defaults', capability])]));
  }

  async #base(text: string): Promise<Assembly | undefined> {
    const wish = this.#wish(text, ['extends']);
    if (this.#depth >= maxExtensionDepth) {
      this.#report(['extends'], `assemblies extend each other more than ${maxExtensionDepth} deep`);
      return undefined;
    }
    const found = await this.#surroundings.findBase(wish.name);
    if (found === undefined) {
      this.#report(['extends'], `there is no assembly \`${wish.name}\``);
      return undefined;
    }
    const base = await parseAssembly(found, this.#surroundings, this.#depth + 1);
    this.#findings.push(...base.findings);
    if (!base.ok) return undefined;
    if (!admits(wish, base.value.version)) {
      this.#report(['extends'], `\`${wish.name}\` is ${base.value.version}, which \`${text}\` doesn't admit`);
    }
    return base.value;
  }

  #wish(text: string, path: Path): RootWish {
    const wish = parseWish(text);
    const where = path
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
      .join('')
      .slice(1);
    if (wish === undefined) {
      this.#report(
        path,
        `\`${text}\` is not of the form \`name@range\``,
        'a name has lowercase letters, digits and dashes; a range is one of npm’s semver, as ^8, ~2.36 or >=1.7.29',
      );
      return { ...anyOf('unknown'), where };
    }
    return { ...wish, where, place: this.#document.placeOf(path) };
  }

  #entry(section: Section, json: EntryJson, index: number): Entry {
    const path = [section, index];
    const isFolder = /^\.\.?\//.test(json.component);
    const folder = isFolder ? resolvePath(this.#text.folder, json.component) : undefined;
    const folderName = /([a-z][a-z0-9-]*)\/*$/.exec(json.component)?.[1] ?? 'app';
    const wish = isFolder
      ? { ...anyOf(folderName), where: `${section}[${index}].component`, place: this.#document.placeOf([...path, 'component']) }
      : this.#wish(json.component, [...path, 'component']);
    const name = json.name ?? wish.name;
    const memory = json.memory === undefined ? undefined : parseBytes(json.memory);
    const ready = json.ready === undefined ? undefined : readProbe(json.ready);
    return {
      section,
      name,
      wish,
      ...(folder === undefined ? {} : { ownFolder: folder }),
      with: (json.with ?? []).map((text, at) => this.#wish(text, [...path, 'with', at])),
      constraints: (json.constraints ?? []).map((text, at) => this.#wish(text, [...path, 'constraints', at])),
      ports: (json.ports ?? []).flatMap((text, at) => this.#port(text, name, [...path, 'ports', at])),
      ...(json.args === undefined ? {} : { args: json.args }),
      ...(json.env === undefined ? {} : { env: json.env }),
      ...(memory === undefined ? {} : { memoryBytes: memory }),
      ...(ready === undefined ? {} : { ready }),
      ...(json.restart === undefined ? {} : { restart: json.restart }),
      ...(json.after === undefined ? {} : { after: json.after }),
      ...(json.capabilities === undefined ? {} : { capabilities: json.capabilities }),
      ...(json.tmpfs === undefined
        ? {}
        : { tmpfs: json.tmpfs.map((mount) => ({ path: mount.path, sizeBytes: parseBytes(mount.size) ?? 0, mode: mount.mode ?? '0755' })) }),
      place: this.#document.placeOf([...path, 'component']),
    };
  }

  #port(text: string, service: string, path: Path): readonly PortMapping[] {
    const [host, machine] = text.split(':').map(Number);
    if (host === undefined || machine === undefined || host < 1 || host > 65_535 || machine < 1 || machine > 65_535) {
      this.#report(path, `\`${text}\` has a port outside of 1 to 65535`);
      return [];
    }
    return [{ host, machine, service }];
  }

  /** A volume of the same name in the base gets the size that is said last. */
  #volumes(json: NonNullable<AssemblyJson['volumes']>, base: readonly Volume[]): readonly Volume[] {
    const own = json.map(({ name, size }, index): Volume => {
      const sizeBytes = parseBytes(size) ?? 0;
      if (json.findIndex((other) => other.name === name) !== index)
        this.#report(['volumes', index, 'name'], `two volumes are called \`${name}\``);
      if (sizeBytes < leastVolumeBytes)
        this.#report(
          ['volumes', index, 'size'],
          `a volume has at least ${leastVolumeBytes / 1024 ** 2} MiB: a file system needs room for itself`,
        );
      // A disk has whole sectors, and ext4 whole blocks of 4 KiB.
      return { name, sizeBytes: Math.floor(sizeBytes / 4096) * 4096 };
    });
    return [...base.filter(({ name }) => !own.some((volume) => volume.name === name)), ...own];
  }

  #test(json: AssemblyJson['test'], base: TestSettings | undefined): { readonly test?: TestSettings } {
    if (json === undefined && base === undefined) return {};
    const ports = (json?.ports ?? []).flatMap((text, index) => {
      const [host = -1, machine = -1] = text.split(':').map(Number);
      if (host <= 65_535 && machine >= 1 && machine <= 65_535) return [{ host, machine }];
      this.#report(['test', 'ports', index], `\`${text}\` has a port outside of 1 to 65535`);
      return [];
    });
    const kept = (base?.ports ?? []).filter(({ machine }) => !ports.some((port) => port.machine === machine));
    return { test: { cmdline: json?.cmdline ?? base?.cmdline ?? '', ports: [...kept, ...ports] } };
  }

  async #contents(file: NonNullable<AssemblyJson['files']>[number], path: Path): Promise<Uint8Array | undefined> {
    if ((file.contents === undefined) === (file.source === undefined)) {
      this.#report(path, 'a file has exactly one of `contents` and `source`');
      return undefined;
    }
    if (/(?:^|\/)\.\.?(?:\/|$)|\/\/|\/$/.test(file.path)) {
      this.#report([...path, 'path'], `\`${file.path}\` is not a plain absolute path`);
      return undefined;
    }
    if (file.contents !== undefined) return Buffer.from(file.contents);
    const bytes = await this.#surroundings.readFile(resolvePath(this.#text.folder, file.source ?? ''), maxFileBytes);
    if (bytes === undefined)
      this.#report([...path, 'source'], `\`${file.source}\` is not a readable file of at most ${maxFileBytes} bytes`);
    return bytes;
  }

  #checkNames(entries: readonly Entry[]): void {
    const seen = new Map<string, Entry>();
    for (const entry of entries) {
      const other = seen.get(entry.name);
      if (entry.name === 'machine')
        this.#reportAt(entry.place, '`machine` is the name of the machine’s own root', 'give the entry a `name:` of its own');
      if (other !== undefined)
        this.#reportAt(entry.place, `two entries are called \`${entry.name}\``, 'give one of them a `name:` of its own');
      seen.set(entry.name, entry);
    }
  }

  #checkPorts(entries: readonly Entry[]): void {
    const taken = new Map<number, string>();
    for (const entry of entries) {
      for (const { host } of entry.ports) {
        const other = taken.get(host);
        if (other !== undefined) this.#reportAt(entry.place, `\`${entry.name}\` and \`${other}\` both publish port ${host} of the host`);
        taken.set(host, entry.name);
      }
    }
  }

  #report(path: Path, message: string, hint?: string): void {
    this.#reportAt(this.#document.placeOf(path), message, hint);
  }

  #reportAt(place: Place, message: string, hint?: string): void {
    this.#findings.push({ severity: 'error', code: 'invalid-assembly', message, place, ...(hint === undefined ? {} : { hints: [hint] }) });
  }
}

const sections: readonly Section[] = ['onboot', 'services', 'onshutdown'];

function anyOf(name: string): { readonly name: RootWish['name']; readonly range: RootWish['range'] } {
  const wish = parseWish(name);
  if (wish === undefined) throw new TypeError(`not a component name: ${name}`);
  return wish;
}

function admits(wish: RootWish, version: string): boolean {
  const parsed = parseVersion(version);
  return parsed !== undefined && satisfies(parsed, wish.range);
}
