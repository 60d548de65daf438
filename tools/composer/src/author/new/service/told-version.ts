import type { ComponentExpectationJson } from '@moby/model';
import type { PayloadPlan } from '../payload/plan-payload.ts';

/** What a table of long options has of it (getopt_long(3)), and how a help text or a parser of its own spells it. */
const marks: readonly string[] = ['\0version\0', '--version'];
const folders: readonly string[] = ['usr/bin', 'usr/sbin'];

/** That the program which is called like the component, its package or its source knows `--version`: where its bytes say so. */
export function toldVersion(plan: PayloadPlan, component: string): ComponentExpectationJson | undefined {
  for (const name of [component, ...plan.names]) {
    for (const folder of folders) {
      const bytes = keptBytes(plan, `${folder}/${name}`);
      if (bytes !== undefined && marks.some((mark) => bytes.includes(mark))) return { run: [name, '--version'] };
    }
  }
  return undefined;
}

function keptBytes({ selection, members }: PayloadPlan, path: string): Buffer | undefined {
  if (![...selection.packages.values()].some(({ kept }) => kept.has(path))) return undefined;
  const entry = members.map(({ opened }) => opened.entries.get(path)).find((one) => one?.kind === 'file');
  return entry?.kind === 'file' ? Buffer.from(entry.bytes) : undefined;
}
