import type { Diagnostic, Judged } from '@moby/model';

/** A read-only overlay without an upper folder needs two lower ones (Documentation/filesystems/overlayfs). */
export const leastLowerTrees = 2;
export const mostLowerTrees = 64;
/** The kernel cuts a mount's options at one page, 4,096 bytes, in silence; the rest of the options needs room too. */
export const mostLowerBytes = 3800;

/** The overlay's `lowerdir`, leftmost on top: absolute trees joined by colons, within what the kernel takes. */
export function overlayLower(root: string, trees: readonly string[]): Judged<string> {
  const text = trees.join(':');
  const findings: Diagnostic[] = [];
  const size = new TextEncoder().encode(text).length;
  const say = (code: string, message: string, hint: string): void => {
    findings.push({ severity: 'error', code, message, hints: [hint] });
  };
  if (trees.length < leastLowerTrees) {
    say(
      'too-few-trees',
      `the root of \`${root}\` has ${count(trees.length)}, an overlay needs at least ${leastLowerTrees}`,
      'give it a component beside its generated tree',
    );
  }
  if (trees.length > mostLowerTrees) {
    say(
      'too-many-trees',
      `the root of \`${root}\` has ${count(trees.length)}, at most ${mostLowerTrees} are supported`,
      'take components out, or split the container in two',
    );
  } else if (size > mostLowerBytes) {
    say(
      'too-many-trees',
      `the trees of \`${root}\` have paths of ${size} bytes together, the kernel takes ${mostLowerBytes}`,
      'take components out, or split the container in two',
    );
  }
  const odd = trees.find((tree) => !plainPath.test(tree));
  if (odd !== undefined) {
    say(
      'odd-tree-path',
      `a tree of \`${root}\` has the path ${JSON.stringify(odd)}, which a mount's options can't carry`,
      'an absolute path of letters, digits and . _ / - works',
    );
  }
  return findings.length === 0 ? { ok: true, value: text, findings } : { ok: false, findings };
}

const plainPath = /^\/[A-Za-z0-9._/-]{1,255}$/;

function count(trees: number): string {
  return trees === 1 ? '1 tree' : `${trees} trees`;
}
