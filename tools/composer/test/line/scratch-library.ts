import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildComponent, openLine, openPayloadReader, type Line } from '@moby/composer';
import { openContentStore } from '@moby/content';
import type { Diagnostic, PlatformSymbols } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { draft, writeTree } from '../author/scratch-component.ts';
import { quietSurroundings } from './quiet-surroundings.ts';

/** A component of files alone, so that no archive is needed. */
export interface ScratchComponent {
  readonly name: string;
  readonly upstream: string;
  readonly revision?: number;
  readonly files: Readonly<Record<string, string>>;
  readonly executable?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  readonly directories?: Readonly<Record<string, string>>;
  readonly manifest?: object;
}

export interface ScratchLibrary {
  readonly folder: string;
  add(component: ScratchComponent): Promise<void>;
  /** Writes into a component's facts what no file of its own says: `place` is `linux/6.12`. */
  teach(place: string, facts: object): Promise<void>;
  /** Writes the symbols of a component's files. */
  teachSymbols(place: string, files: PlatformSymbols['files']): Promise<void>;
  assembly(name: string, text: string): Promise<string>;
  /** A line over the library, with a store of its own unless it is given one. */
  open(options?: {
    readonly store?: string;
    readonly currentFolder?: string;
    readonly warnings?: Diagnostic[];
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<Line>;
}

/** Kernel, init, runtime and busybox, as small as they can be: nothing of it boots, everything of it composes. */
const base: readonly ScratchComponent[] = [
  {
    name: 'linux',
    upstream: '6.12.1',
    files: { 'boot/vmlinuz-6.12.1': 'kernel\n' },
    manifest: { kind: 'kernel', provides: { 'kernel:linux': '6.12.1' }, exclusive: ['slot:kernel'] },
  },
  {
    name: 'init',
    upstream: '1.0.0',
    files: { init: '#!/usr/bin/busybox sh\n' },
    executable: ['init'],
    links: { bin: 'usr/bin', lib: 'usr/lib', lib64: 'usr/lib64', sbin: 'usr/sbin' },
    directories: {
      root: '0700',
      tmp: '1777',
      'usr/bin': '0755',
      'usr/lib': '0755',
      'usr/lib64': '0755',
      'usr/sbin': '0755',
      etc: '0755',
      c: '0755',
      containers: '0755',
    },
    manifest: {
      kind: 'init',
      provides: { 'init:moby': '1.0.0' },
      exclusive: ['slot:init'],
      requires: { busybox: '^1.37', 'runtime:oci': '>=1.0.0' },
    },
  },
  {
    name: 'busybox',
    upstream: '1.37.0',
    files: { 'usr/bin/busybox': 'busybox\n' },
    executable: ['usr/bin/busybox'],
    manifest: { kind: 'tool' },
  },
  {
    name: 'crun',
    upstream: '1.21.0',
    files: { 'usr/bin/crun': 'crun\n' },
    executable: ['usr/bin/crun'],
    manifest: { kind: 'runtime', provides: { 'runtime:oci': '1.2.0' }, runtime: { program: '/usr/bin/crun' } },
  },
  {
    name: 'runc',
    upstream: '1.1.15',
    files: { 'usr/bin/runc': 'runc\n' },
    executable: ['usr/bin/runc'],
    manifest: { kind: 'runtime', provides: { 'runtime:oci': '1.1.0' }, runtime: { program: '/usr/bin/runc' } },
  },
];

export async function scratchLibrary(): Promise<ScratchLibrary> {
  const folder = scratchFolder();
  const payloads = openPayloadReader({
    store: openContentStore(scratchFolder()),
    warn: () => undefined,
    download: () => Promise.reject(new Error('nothing is to be downloaded')),
  });
  const library: ScratchLibrary = {
    folder,
    add: async (component) => {
      const { name, upstream } = component;
      const [major = '0', minor = '0', patch = '0'] = upstream.split('.');
      const own = join(folder, 'components', name, `${major}.${minor}`);
      const source = { kind: 'files', executable: component.executable ?? [] };
      const text = draft({
        name,
        version: `${major}.${minor}.${Number(patch) * 100 + (component.revision ?? 1)}`,
        upstream,
        sources: [source],
        manifest: component.manifest ?? { kind: 'library' },
      });
      const manifest: unknown = JSON.parse(JSON.stringify(text), (key, value: unknown) =>
        key === 'linux/amd64' ? { sources: [source], links: component.links ?? {}, directories: component.directories ?? {} } : value,
      );
      await writeTree(own, {
        ...Object.fromEntries(Object.entries(component.files).map(([path, content]) => [`files/${path}`, content])),
        'package.json': Object(manifest),
      });
      await buildComponent({ folder: own, payloads });
    },
    teach: async (place, facts) => {
      const file = join(folder, 'components', place, 'facts.json');
      const known = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...known, platforms: { 'linux/amd64': { ...known.platforms['linux/amd64'], ...facts } } }));
    },
    teachSymbols: async (place, files) => {
      const own = join(folder, 'components', place);
      const { payload } = JSON.parse(await readFile(join(own, 'facts.json'), 'utf8')).platforms['linux/amd64'];
      await writeFile(join(own, 'symbols.json'), JSON.stringify({ symbols: 1, platforms: { 'linux/amd64': { payload, files } } }));
    },
    assembly: async (name, text) => {
      const file = join(folder, 'assemblies', name, 'assembly.yaml');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      return file;
    },
    open: ({ store = scratchFolder(), currentFolder = folder, warnings = [], environment = {} } = {}) =>
      openLine(
        quietSurroundings(folder, {
          currentFolder,
          environment: { XDG_CACHE_HOME: store, ...environment },
          warn: (finding) => void warnings.push(finding),
        }),
      ),
  };
  for (const component of base) await library.add(component);
  return library;
}

/** A service that runs a file of its own. */
export function service(name: string, upstream: string, manifest: object = {}): ScratchComponent {
  return {
    name,
    upstream,
    files: { [`usr/bin/${name}`]: `${name} ${upstream}\n` },
    executable: [`usr/bin/${name}`],
    manifest: { kind: 'service', service: { args: [`/usr/bin/${name}`] }, ...manifest },
  };
}
