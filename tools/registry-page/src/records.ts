import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, readYaml, validateDocument, type ComponentName, type Version } from '@moby/model';
import type { Maintainer } from './documents.ts';
import type { PageRegistry } from './page-registry.ts';

/** What is known of a component beside its versions. All of it may be missing: a folder knows no tags, a mirror no owners. */
export interface ComponentRecord {
  readonly lifecycle?: string;
  readonly successor?: string;
  readonly maintainers?: readonly Maintainer[];
  /** `latest` → version. */
  readonly tags?: Readonly<Record<string, Version>>;
  /** Version → when it was published, as `2026-11-29T17:00:00.000Z`. */
  readonly published?: Readonly<Record<string, string>>;
}

/** Where a page's data comes from. */
export interface PageSource {
  readonly registry: PageRegistry;
  readonly record: (name: ComponentName) => Promise<ComponentRecord>;
}

/** The records of a folder laid out as the library is: what its OWNERS.yaml files say. Throws `invalid-input`. */
export function openFolderRecords(folder: string, label: string): PageSource['record'] {
  return async (name) => {
    const path = join(folder, name, 'OWNERS.yaml');
    if (!existsSync(path)) return {};
    return ownersRecord(readFileSync(path, 'utf8'), `${label}/${name}/OWNERS.yaml`);
  };
}

/** What an OWNERS.yaml says. Throws `invalid-input`. */
export async function ownersRecord(text: string, file: string): Promise<ComponentRecord> {
  const document = await readYaml({ file, text });
  const findings = document.ok ? await validateDocument(document.value, 'owners') : document.findings;
  if (!document.ok || findings.length > 0)
    throw new Failure({ code: 'invalid-input', message: `\`${file}\` doesn't say who answers for the component`, findings });
  return ownersOf(document.value.value);
}

interface OwnersJson {
  readonly lifecycle: string;
  readonly maintainers: readonly Maintainer[];
  readonly successor?: string;
}

function ownersOf(value: unknown): ComponentRecord {
  if (!isOwners(value)) throw new TypeError('owners are an object');
  const { lifecycle, maintainers, successor } = value;
  return {
    lifecycle,
    maintainers: maintainers.map(({ name, github, email }) => ({
      name,
      ...(github === undefined ? {} : { github }),
      ...(email === undefined ? {} : { email }),
    })),
    ...(successor === undefined ? {} : { successor }),
  };
}

/** Holds after `validateDocument`, which is the proof; here for the compiler. */
function isOwners(value: unknown): value is OwnersJson {
  return typeof value === 'object' && value !== null;
}
