import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml, validateDocument, type Judged } from '@moby/model';
import { readText } from './component-folder.ts';

/** Who answers for a component, as its OWNERS.yaml says. */
export interface Owners {
  readonly lifecycle: string;
  readonly maintainers: readonly Maintainer[];
  readonly successor?: string;
}

export interface Maintainer {
  readonly name: string;
  readonly github?: string;
  readonly email?: string;
  /** Their user name at the registry. */
  readonly registry?: string;
  /** Public keys in base64. */
  readonly keys?: readonly string[];
}

/** `folder` is the component's, above its lines; `label` what messages call it. Undefined where it has no such file. */
export async function readOwners({
  folder,
  label,
}: {
  readonly folder: string;
  readonly label: string;
}): Promise<Judged<Owners> | undefined> {
  const path = join(folder, 'OWNERS.yaml');
  if (!existsSync(path)) return undefined;
  const document = await readYaml({ file: `${label}/OWNERS.yaml`, text: await readText(path) });
  if (!document.ok) return document;
  const findings = await validateDocument(document.value, 'owners');
  const { value } = document.value;
  return findings.length > 0 || !isOwners(value) ? { ok: false, findings } : { ok: true, value, findings: [] };
}

/** Holds after `validateDocument`, which is the proof; here for the compiler. */
function isOwners(value: unknown): value is Owners {
  return typeof value === 'object' && value !== null && 'maintainers' in value;
}
