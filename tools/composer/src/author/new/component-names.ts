import { parseComponentName, type ComponentName } from '@moby/model';

/**
 * What a component of a library is called: like its soname without numbers, where its package is called so too
 * (`libevent-2.1.so.7` of `libevent-2.1-7t64` → `libevent`), else like the package without the soname's number
 * (`libicuuc.so.76` of `libicu76` → `libicu`); like its source where it is made of several packages. The first name that is
 * valid and free counts.
 */
export function libraryName(
  library: { readonly soname: string; readonly package: string; readonly source: string; readonly isOfSeveral: boolean },
  isFree: (name: ComponentName) => boolean,
): ComponentName | undefined {
  const plain = library.package.replace(/t64(?=$|-)/, '');
  const [stem = '', number = ''] = library.soname.replaceAll('_', '-').split(/\.so\.?/);
  const bySoname = plain.startsWith(stem.toLowerCase()) ? [stem.toLowerCase().replace(/-[0-9][0-9.]*$/, '')] : [];
  const byPackage = number !== '' && plain.endsWith(number) ? [plain.slice(0, -number.length).replace(/-$/, '')] : [];
  const candidates = [...(library.isOfSeveral ? [library.source] : []), ...bySoname, ...byPackage, plain, `${library.source}-${plain}`];
  for (const candidate of candidates) {
    const name = parseComponentName(
      candidate
        .replaceAll('+', 'x')
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, ''),
    );
    if (name !== undefined && isFree(name)) return name;
  }
  return undefined;
}
