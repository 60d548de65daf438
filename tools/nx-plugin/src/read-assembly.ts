import { listOf, parseWish, readYaml, recordOf } from '@moby/model';
import type { Need } from './read-component.ts';

/** What the graph needs of an assembly.yaml. */
export interface AssemblyNeeds {
  readonly name: string;
  readonly needs: readonly Need[];
  /** The assembly that it extends. */
  readonly extends: string | undefined;
}

const sections = ['onboot', 'services', 'onshutdown'] as const;

/**
 * Reads leniently, as `readComponent` does and for the same reason. Constraints admit nothing by themselves, so they
 * give no edge; folders of one's own (`./app`) lie within the assembly's project.
 */
export async function readAssembly({ name, text }: { readonly name: string; readonly text: string }): Promise<AssemblyNeeds> {
  const document = await readYaml({ file: `assemblies/${name}/assembly.yaml`, text });
  const json = recordOf(document.ok ? document.value.value : undefined);
  const base = wishOf(json['extends']);
  // An assembly that extends another has its kernel and init from there.
  const own = (key: string): unknown[] => (base === undefined ? [key] : []);
  const wishes = [
    ...orElse(recordOf(json['kernel'])['component'], own('linux')),
    ...orElse(json['init'], own('init')),
    ...listOf(json['with']),
    ...Object.values(recordOf(json['replace'])),
    ...Object.values(recordOf(json['defaults'])),
    ...sections.flatMap((section) => listOf(json[section]).map((entry) => recordOf(entry)['component'])),
  ];
  return { name, needs: wishes.flatMap((wish) => wishOf(wish) ?? []), extends: base?.name };
}

function orElse(value: unknown, others: readonly unknown[]): readonly unknown[] {
  return value === undefined ? others : [value];
}

function wishOf(value: unknown): Need | undefined {
  return typeof value === 'string' ? parseWish(value) : undefined;
}
