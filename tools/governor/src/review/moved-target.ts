import { Failure } from '@moby/model';
import { baseMoved, type CollectedReview } from '../collect/collect-review.ts';
import { openTree, type TreeReader } from '../collect/lines/open-tree.ts';
import { maxManifestBytes } from '../collect/lines/package-words.ts';
import { diffTrees } from '../collect/trees/diff-trees.ts';
import { relatedComponents, type ComponentWords } from './related-components.ts';

/** Where the branch that is merged into is by now, if that isn't the base. */
export type MovedTarget =
  | { readonly kind: 'unknown'; readonly oid: string }
  | {
      readonly kind: 'moved';
      readonly oid: string;
      /** What has changed in it that this pull request has to do with: paths of folders and files, sorted; a few of them. */
      readonly meets: readonly string[];
    };

/** What a verdict follows from, whatever is touched: decisions, schemas, rules. */
const decisive = ['docs/governance/', 'schemas/', 'tools/'];
const maxShown = 5;

/** Undefined where nobody has said where it is, or it is the base. */
export async function movedTarget(collected: CollectedReview, target: string | undefined): Promise<MovedTarget | undefined> {
  const { repository, base, touched, merge } = collected;
  if (target === undefined || target === base.oid) return undefined;
  const tip = await repository.readCommit(target).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'unreadable-repository') return undefined;
    throw error;
  });
  if (tip === undefined) return { kind: 'unknown', oid: target };
  const { objects } = repository;
  const { changes, reached } = await diffTrees({ objects, base: base.tree, head: tip.tree, limits: baseMoved });
  const paths = changes.map(({ path }) => path);
  const own = new Set(touched.components.map(({ name }) => name));
  const moved = new Set(paths.flatMap((path) => componentOf(path) ?? []));
  const trees = [openTree(objects, base.tree), openTree(objects, tip.tree), openTree(objects, collected.head.tree)];
  const related = own.size === 0 ? [] : await relatedComponents({ own, moved, wordsOf: (name) => wordsOf(trees, name) });
  const meets = [
    ...related.map((name) => `components/${name}`),
    ...paths.filter((path) => decisive.some((folder) => path.startsWith(folder))),
    ...paths.filter((path) => merge.laid.has(path) || (own.size > 0 && path.startsWith('assemblies/'))),
    ...(reached === undefined ? [] : ['more than is read']),
  ];
  return { kind: 'moved', oid: target, meets: [...new Set(meets)].sort().slice(0, maxShown) };
}

function componentOf(path: string): string | undefined {
  const [top, name, ...rest] = path.split('/');
  return top === 'components' && rest.length > 0 ? name : undefined;
}

/** What all lines of a component say on all sides, together. */
async function wordsOf(trees: readonly TreeReader[], name: string): Promise<ComponentWords> {
  const [requires, provides] = [new Set<string>(), new Set<string>()];
  for (const tree of trees) {
    for (const line of (await tree.names(`components/${name}`)).folders) {
      const manifest = await manifestOf(tree, `components/${name}/${line}/package.json`);
      for (const word of keysOf(manifest, 'requires')) requires.add(word);
      for (const word of keysOf(manifest, 'provides')) provides.add(word);
    }
  }
  return { requires, provides };
}

async function manifestOf(tree: TreeReader, path: string): Promise<unknown> {
  try {
    return JSON.parse(Buffer.from((await tree.file(path, maxManifestBytes)) ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

function keysOf(manifest: unknown, key: 'requires' | 'provides'): readonly string[] {
  const component = memberOf(manifest, 'component');
  const value = memberOf(component, key);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(key) : undefined;
}
