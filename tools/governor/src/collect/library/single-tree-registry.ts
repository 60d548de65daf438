import { Failure, type ComponentName, type Manifest, type Notice, type Registry, type RegistryComponent, type Version } from '@moby/model';
import { lineOf } from '@moby/registry';
import type { GitObjects } from '../git/read-objects.ts';
import type { FileEntry } from '../trees/change.ts';
import { readTreeComponent } from './tree-registry.ts';

export interface SingleTree {
  readonly objects: GitObjects;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, FileEntry>;
}

/** One component that lies in a folder of its own in a tree of git (`component: ./my-app`). */
export function openSingleTreeRegistry({ objects, folder, manifest, files }: SingleTree): Registry {
  const refuse = (name: ComponentName, version: Version): void => {
    if (name !== manifest.name || version !== manifest.version)
      throw new Failure({ code: 'not-found', message: `\`${folder}\` has no ${name} ${version}` });
  };
  return {
    label: folder,
    names: async (): Promise<readonly ComponentName[]> => [manifest.name],
    namesAtHand: async (): Promise<readonly ComponentName[]> => [manifest.name],
    providers: async (capability): Promise<readonly ComponentName[]> =>
      Object.hasOwn(manifest.provides, capability) ? [manifest.name] : [],
    versions: async (name): Promise<readonly Version[]> => (name === manifest.name ? [manifest.version] : []),
    notices: async (): Promise<ReadonlyMap<Version, Notice>> => new Map(),
    manifest: async (name, version): Promise<Manifest> => {
      refuse(name, version);
      return manifest;
    },
    line: async (name, version): Promise<string> => {
      refuse(name, version);
      return lineOf(folder, version);
    },
    component: async (name, version): Promise<RegistryComponent> => {
      refuse(name, version);
      return readTreeComponent(objects, { label: folder, manifest, files });
    },
  };
}
