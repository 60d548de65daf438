import { join } from 'node:path';
import { Failure, type ComponentName } from '@moby/model';
import { openFolderRecords, packageRecord, type ComponentRecord, type Packages, type PageSource } from '@moby/registry-page';

/** What is known of components beside their versions: from their packages; of who answers for them the library has the last word, where there is one. */
export function pageRecords(packages: Packages, library: string | undefined): PageSource['record'] {
  const owners = library === undefined ? undefined : openFolderRecords(join(library, 'components'), 'components');
  return async (name) => ({
    ...packageRecord(await packages.packument(`${packages.scope}/${name}`)),
    ...(await ownersOf(name, owners)),
  });
}

/** What the library says wrongly spoils no page: its own checks tell. */
async function ownersOf(name: ComponentName, read: PageSource['record'] | undefined): Promise<ComponentRecord> {
  try {
    return (await read?.(name)) ?? {};
  } catch (error) {
    if (error instanceof Failure) return {};
    throw error;
  }
}
