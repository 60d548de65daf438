/** The shapes that the schemas admit, as the validated JSON has them; the parsers turn them into the model's nouns. */
import type { ComponentExpectationJson } from './expectation.ts';
import type { CgroupMode, ComponentKind, Propagation, RequirementPlace } from './manifest.ts';
import type { Platform } from './platform.ts';
import type { UpstreamMapping } from './version.ts';

export interface ManifestJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** What npm packs. */
  readonly files?: readonly string[];
  readonly component: {
    readonly kind: ComponentKind;
    readonly category: string;
    readonly upstream: {
      readonly version: string;
      readonly mapping?: UpstreamMapping;
      readonly license: string;
      readonly homepage?: string;
    };
    readonly provides?: Readonly<Record<string, string>>;
    readonly requires?: RequirementsJson;
    readonly recommends?: RequirementsJson;
    readonly conflicts?: Readonly<Record<string, string>>;
    readonly exclusive?: readonly string[];
    readonly kernel?: {
      readonly version?: string;
      readonly modules?: readonly string[];
      readonly config?: { readonly needs?: readonly ConfigNeedJson[]; readonly wants?: readonly ConfigNeedJson[] };
    };
    readonly exec?: readonly (string | { readonly program: string; readonly unless: string })[];
    readonly payload: { readonly form: 1; readonly platforms: Readonly<Partial<Record<Platform, PlatformPayloadJson>>> };
    readonly service?: ServiceJson;
    readonly expect?: readonly ComponentExpectationJson[];
    readonly runtime?: { readonly program: string; readonly cgroup?: readonly CgroupMode[] };
    readonly init?: { readonly cgroup: CgroupMode };
    readonly proven?: ProvenJson;
  };
}

/** What bytes prove; `onlyOn` has what not all platforms require. */
export interface ProvenJson {
  readonly provides?: Readonly<Record<string, string>>;
  readonly requires?: Readonly<Record<string, string>>;
  readonly onlyOn?: Readonly<Partial<Record<Platform, readonly string[]>>>;
}

export interface ConfigNeedJson {
  readonly options?: readonly ConfigOptionJson[];
  readonly anyOf?: readonly (readonly ConfigOptionJson[])[];
  readonly reason: string;
  readonly kernel?: string;
}

export type ConfigOptionJson = string | { readonly option: string; readonly module: string };

export type RequirementsJson = Readonly<Record<string, string | { readonly range: string; readonly in?: RequirementPlace }>>;

export interface PlatformPayloadJson {
  readonly sources: readonly SourceJson[];
  readonly links?: Readonly<Record<string, string>>;
  readonly directories?: Readonly<Record<string, string>>;
  readonly joins?: Readonly<Record<string, string>>;
  readonly digest?: string;
  readonly size?: number;
}

export type SourceJson =
  | {
      readonly kind: 'deb';
      readonly package: string;
      readonly follows?: string;
      readonly suite: string;
      readonly keep: readonly string[];
      readonly factsOnly?: true;
      readonly version?: string;
      readonly sha256?: string;
      readonly size?: number;
      readonly path?: string;
      readonly source?: string;
      readonly sourceVersion?: string;
    }
  | { readonly kind: 'files'; readonly executable?: readonly string[] };

export type BytesJson = string | number;

export type ReadyJson = {
  readonly tcp?: number;
  readonly http?: { readonly port: number; readonly path?: string };
  readonly exec?: readonly string[];
  readonly file?: string;
};

export interface ServiceJson {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly user?: { readonly uid: number; readonly gid: number; readonly name: string };
  readonly capabilities?: readonly string[];
  readonly network?: 'machine' | 'none';
  readonly readonlyRoot?: boolean;
  readonly noNewPrivileges?: boolean;
  readonly privileged?: true;
  readonly tmpfs?: readonly { readonly path: string; readonly size: BytesJson; readonly mode?: string }[];
  readonly binds?: readonly {
    readonly source: string;
    readonly path: string;
    readonly readonly?: boolean;
    readonly propagation?: Propagation;
  }[];
  readonly syscalls?: readonly string[];
  readonly memory?: BytesJson;
  readonly pids?: number;
  readonly ports?: readonly number[];
  readonly ready?: ReadyJson;
  readonly diskArgument?: number;
  readonly restart?: 'always' | 'on-failure' | 'no';
  readonly after?: readonly string[];
}
