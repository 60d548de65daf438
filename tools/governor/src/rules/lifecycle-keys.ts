/** Keys of package.json by which npm runs something, or puts something on a PATH, when a package is installed. */
export const lifecycleKeys: readonly string[] = ['scripts', 'bin', 'gypfile', 'bundledDependencies', 'bundleDependencies', 'directories'];
