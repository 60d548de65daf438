import type { Owners } from '../../judge/question.ts';
import { maxOwnersBytes, readOwners as readOwnersText } from '../../judge/read-owners.ts';
import type { TreeReader } from './open-tree.ts';

/** OWNERS.yaml of a component; undefined where there is none, or none that says for certain who owns it. */
export async function readOwners(tree: TreeReader, component: string): Promise<Owners | undefined> {
  const file = `components/${component}/OWNERS.yaml`;
  const bytes = await tree.file(file, maxOwnersBytes);
  if (bytes === undefined) return undefined;
  const read = await readOwnersText(Buffer.from(bytes).toString('utf8'), file);
  return read.ok ? read.value : undefined;
}
