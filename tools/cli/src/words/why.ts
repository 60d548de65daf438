import { findWhy, type Checked, type WhyChain, type WhyLink } from '@moby/composer';
import { Failure, nearest, upstreamOf } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

/** Every chain from the assembly to a component, capability or library, as one tree. Throws `not-found` with the nearest name. */
export function whyOutcome(checked: Checked, name: string): Outcome {
  const { assembly } = checked;
  const chains = findWhy({ ...checked, name });
  if (chains.length === 0) throw notInside(checked, name);
  return {
    kind: 'done',
    value: { assembly: assembly.name, name, chains },
    lines: [[bold(assembly.name)], ...table(branches(treeOf(chains), ''), { indent: '' })],
  };
}

function notInside({ assembly, resolution }: Checked, name: string): Failure {
  const known = new Set(
    resolution.edges.flatMap(({ need, by }) => [by.slice(by.indexOf('/') + 1), need, need.replace(/^soname:([^/]+).*$/, '$1')]),
  );
  const meant = nearest(name, known);
  return new Failure({
    code: 'not-found',
    message: `nothing in ${assembly.name} is, or needs, \`${name}\``,
    hints: [...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]), `what is in it: moby-compose resolve ${assembly.file}`],
  });
}

interface Branch {
  readonly link: WhyLink;
  readonly below: Branch[];
}

/** Chains that begin alike share their beginning. */
function treeOf(chains: readonly WhyChain[]): readonly Branch[] {
  const roots: Branch[] = [];
  for (const chain of chains) {
    let level = roots;
    for (const link of chain) {
      let branch = level.find(
        (known) => known.link.component === link.component && known.link.root === link.root && known.link.need === link.need,
      );
      if (branch === undefined) {
        branch = { link, below: [] };
        level.push(branch);
      }
      level = branch.below;
    }
  }
  return roots;
}

function branches(tree: readonly Branch[], indent: string): readonly (readonly Line[])[] {
  return tree.flatMap(({ link, below }, index) => {
    const isLast = index === tree.length - 1;
    const head: Line = [`${indent}${isLast ? '└─' : '├─'} ${link.component} ${upstreamOf(link.version)}`];
    return [[head, [dim(reasonOf(link))]], ...branches(below, `${indent}${isLast ? '   ' : '│  '}`)];
  });
}

function reasonOf({ where, place, need, file, component, root }: WhyLink): string {
  if (where !== undefined) return [where.replace(/\.component$/, ''), ...(place === undefined ? [] : [place])].join(', ');
  const what = need === component ? 'required' : need;
  return `${what}${file === undefined ? '' : `, needed by ${file}`}${root === 'machine' ? ', on the machine' : ''}`;
}
