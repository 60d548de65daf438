import { readYaml, validateDocument } from '@moby/model';
import type { Owners } from '../../judge/question.ts';
import { memberOf, textOf } from './json-member.ts';
import type { TreeReader } from './open-tree.ts';

const maxFileBytes = 64 * 1024;

/** OWNERS.yaml of a component; undefined where there is none, or none that says for certain who owns it. */
export async function readOwners(tree: TreeReader, component: string): Promise<Owners | undefined> {
  const file = `components/${component}/OWNERS.yaml`;
  const bytes = await tree.file(file, maxFileBytes);
  if (bytes === undefined) return undefined;
  const read = await readYaml({ file, text: Buffer.from(bytes).toString('utf8') });
  if (!read.ok || (await validateDocument(read.value, 'owners')).length > 0) return undefined;
  const { value } = read.value;
  const list = memberOf(value, 'maintainers');
  const maintainers = Array.isArray(list) ? list.flatMap((one: unknown) => textOf(one, 'registry') ?? []) : [];
  return { lifecycle: lifecycleOf(textOf(value, 'lifecycle')), maintainers };
}

function lifecycleOf(said: string | undefined): Owners['lifecycle'] {
  return said === 'experimental' || said === 'deprecated' || said === 'retired' ? said : 'maintained';
}
