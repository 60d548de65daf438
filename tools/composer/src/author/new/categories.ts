/** Debian's section → what the library files such components under; a section that is not here is its own category. */
const categories: Readonly<Record<string, string>> = {
  admin: 'system',
  comm: 'network',
  devel: 'development',
  httpd: 'web',
  interpreters: 'development',
  libdevel: 'library',
  libs: 'library',
  misc: 'utility',
  net: 'network',
  oldlibs: 'library',
  perl: 'development',
  python: 'development',
  shells: 'utility',
  text: 'utility',
  utils: 'utility',
  vcs: 'development',
};

export function categoryOf(section: string): string {
  const name = section.slice(section.lastIndexOf('/') + 1).toLowerCase();
  if (Object.hasOwn(categories, name)) return categories[name] ?? 'utility';
  return /^[a-z][a-z0-9-]{0,49}$/.test(name) ? name : 'utility';
}
