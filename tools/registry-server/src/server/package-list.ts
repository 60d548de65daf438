/** Verdaccio's list of the packages that it has, which its search and its pages go by. */
export interface PackageList {
  add(name: string): Promise<void>;
}

interface StoragePlugin {
  add(name: string, done: (error: unknown) => void): void;
}

/** Of the `storage` that Verdaccio gives to a plugin. */
export function openPackageList(storage: unknown): PackageList {
  const plugin = pluginOf(storage);
  if (plugin === undefined) throw new TypeError('this version of Verdaccio gives a plugin no list of packages');
  return {
    add: (name) =>
      new Promise((resolve, reject) => {
        plugin.add(name, (error) =>
          error === null || error === undefined
            ? resolve()
            : reject(error instanceof Error ? error : new Error('the list of packages was not written')),
        );
      }),
  };
}

function pluginOf(storage: unknown): StoragePlugin | undefined {
  const local = typeof storage === 'object' && storage !== null && 'localStorage' in storage ? storage.localStorage : undefined;
  const plugin = typeof local === 'object' && local !== null && 'storagePlugin' in local ? local.storagePlugin : undefined;
  return isPlugin(plugin) ? plugin : undefined;
}

function isPlugin(value: unknown): value is StoragePlugin {
  return typeof value === 'object' && value !== null && 'add' in value && typeof value.add === 'function';
}
