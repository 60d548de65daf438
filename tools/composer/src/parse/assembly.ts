import type {
  Layout,
  Platform,
  Place,
  PortMapping,
  ReadyProbe,
  RebootExpectation,
  ScriptExpectation,
  SeenExpectation,
  TestSettings,
  Volume,
  Wish,
} from '@moby/model';

/** assembly.yaml, parsed; what it extends is already folded in. */
export interface Assembly {
  readonly name: string;
  readonly version: string;
  /** The file as the person named it, for messages. */
  readonly file: string;
  /** The absolute folder of the file: `./my-app` and `files[].source` are relative to it. */
  readonly folder: string;
  /** The file as JSON, and after it what it extends, without descriptions: what the lock's `inputs` is the digest of. */
  readonly documents: readonly unknown[];
  readonly platforms: readonly Platform[];
  readonly kernel: RootWish;
  readonly cmdline: string;
  /** Modules asked for by the assembly itself. */
  readonly modules: readonly string[];
  /** The x86-64 level of the least processor that it is for, 1 to 4; missing where the assembly doesn't say. */
  readonly cpuLevel?: number;
  readonly init: RootWish;
  /** Further components of the machine's root. */
  readonly machine: readonly RootWish[];
  /** Capability → the component that is preferred for it; any version of it. */
  readonly defaults: Readonly<Record<string, RootWish>>;
  /** For all roots. */
  readonly constraints: readonly RootWish[];
  /** Components that may not be chosen: `without`, `--without`. */
  readonly forbidden: readonly RootWish[];
  /** `replace`, `--replace`. */
  readonly replacements: readonly Replacement[];
  readonly entries: readonly Entry[];
  readonly files: readonly AssemblyFile[];
  readonly layout: Layout;
  readonly budget: { readonly sizeBytes?: number; readonly memoryBytes?: number };
  readonly volumes: readonly Volume[];
  readonly expect: readonly AssemblyExpectation[];
  readonly test?: TestSettings;
}

/** In an artifact a script is a file beside it, and so are the payloads that it asks for. */
export type AssemblyExpectation = SeenExpectation | RebootExpectation | ScriptWish;

export interface ScriptWish extends Pick<ScriptExpectation, 'kind' | 'script' | 'withinMs'> {
  readonly contents: Uint8Array;
  /** Files that it imports, by their names beside it. */
  readonly imports: readonly { readonly name: string; readonly contents: Uint8Array }[];
  /** Components by name. */
  readonly payloads: readonly string[];
  readonly place: Place;
}

/** A wish with the place that it stands at; the place is missing where a flag or a default made it. */
export interface RootWish extends Wish {
  readonly place?: Place;
  /** `services[0].component`, for `why`. */
  readonly where: string;
}

/** `from` may not be chosen; `to` is preferred for whatever `from` offers. */
export interface Replacement {
  readonly from: RootWish;
  readonly to: RootWish;
  /** The assembly had wished for `from` by name: `to` stands there now. */
  readonly wished: boolean;
}

export type Section = 'onboot' | 'services' | 'onshutdown';

/** One container. Its name is unique over all sections, and names its root in lock and messages. */
export interface Entry {
  readonly section: Section;
  readonly name: string;
  readonly wish: RootWish;
  /** A folder of one's own instead of a library component: absolute. */
  readonly ownFolder?: string;
  /** Further components of its root. */
  readonly with: readonly RootWish[];
  readonly constraints: readonly RootWish[];
  readonly ports: readonly PortMapping[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly memoryBytes?: number;
  readonly ready?: ReadyProbe;
  readonly restart?: 'always' | 'on-failure' | 'no';
  readonly after?: readonly string[];
  readonly capabilities?: readonly string[];
  readonly tmpfs?: readonly { readonly path: string; readonly sizeBytes: number; readonly mode: string }[];
  readonly place: Place;
}

export interface AssemblyFile {
  /** Absolute in the machine's root. */
  readonly path: string;
  readonly mode: number;
  readonly contents: Uint8Array;
}
