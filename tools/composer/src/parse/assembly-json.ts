/** assembly.yaml as the schema admits it. */
import type { BytesJson, Layout, Platform, ReadyJson, SeenExpectationJson, ServiceJson } from '@moby/model';

export interface AssemblyJson {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly platforms?: readonly Platform[];
  readonly extends?: string;
  readonly with?: readonly string[];
  readonly without?: readonly string[];
  readonly replace?: Readonly<Record<string, string>>;
  readonly kernel?: { readonly component?: string; readonly cmdline?: string; readonly modules?: readonly string[] };
  readonly processor?: `x86-64-v${1 | 2 | 3 | 4}`;
  readonly init?: string;
  readonly defaults?: Readonly<Record<string, string>>;
  readonly constraints?: readonly string[];
  readonly onboot?: readonly EntryJson[];
  readonly services?: readonly EntryJson[];
  readonly onshutdown?: readonly EntryJson[];
  readonly files?: readonly { readonly path: string; readonly contents?: string; readonly source?: string; readonly mode?: string }[];
  readonly layout?: Layout;
  readonly budget?: { readonly size?: BytesJson; readonly memory?: BytesJson };
  readonly volumes?: readonly { readonly name: string; readonly size: BytesJson }[];
  readonly expect?: readonly ExpectationJson[];
  readonly ownExpect?: boolean;
  readonly test?: { readonly cmdline?: string; readonly ports?: readonly string[] };
}

export interface EntryJson {
  readonly component: string;
  readonly name?: string;
  readonly with?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly memory?: BytesJson;
  readonly constraints?: readonly string[];
  readonly ports?: readonly string[];
  readonly ready?: ReadyJson;
  readonly restart?: 'always' | 'on-failure' | 'no';
  readonly after?: readonly string[];
  readonly tmpfs?: NonNullable<ServiceJson['tmpfs']>;
  readonly capabilities?: readonly string[];
}

export interface ExpectationJson extends SeenExpectationJson {
  readonly script?: string;
  readonly imports?: readonly string[];
  readonly payloads?: readonly string[];
  readonly reboot?: 'clean';
  readonly within?: string;
}
