import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { checkout } from '@moby/testkit';

/** How large the library is, this repository's own with it. */
export const counts = { components: 5000, filesOfEach: 8, commits: 2000 } as const;

/** What its components are copies of. */
const pattern = 'tini/0.19';

/** Branches beside `main`, each a pull request that raises one component. */
export const changes: Readonly<Record<string, string>> = { 'one-assembly': 'redis/8.0', 'all-assemblies': 'glibc/2.41' };

/** This repository's library in a bare repository, and beside it as many components as it takes: the same objects in every run. */
export async function makeLibrary(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await git(folder, ['init', '--quiet', '--bare', '--initial-branch=main']);
  await git(folder, ['fast-import', '--quiet'], history());
}

export async function git(folder: string, words: readonly string[], input: Iterable<string | Buffer> = []): Promise<void> {
  const child = spawn('git', ['-C', folder, ...words], { stdio: ['pipe', 'ignore', 'inherit'] });
  const closed = once(child, 'close');
  Readable.from(input).pipe(child.stdin);
  const [code] = await closed;
  if (code !== 0) throw new Error(`git ${words.join(' ')} ended with ${String(code)}`);
}

function* history(): Iterable<string | Buffer> {
  const own = ownFiles();
  const names = generatedNames(own);
  yield* commit('main', 1, 0);
  for (const [path, bytes] of own) yield* file(path, bytes);
  for (const [index, name] of names.entries())
    for (const [path, text] of filesOf(name, names[index - 1], 1)) yield* file(path, Buffer.from(text));
  for (let round = 1; round < counts.commits; round += 1) {
    yield* commit('main', round + 1, round);
    const at = (round * 7) % names.length;
    const [[path, text] = ['', '']] = filesOf(names[at] ?? '', names[at - 1], 1 + Math.ceil(round / names.length));
    yield* file(path, Buffer.from(text));
  }
  for (const [index, [branch, line]] of Object.entries(changes).entries()) {
    yield* commit(branch, counts.commits + 1 + index, counts.commits);
    const path = `components/${line}/package.json`;
    yield* file(path, Buffer.from(raised(own.get(path)?.toString() ?? '')));
  }
}

/** `after`: the mark of the commit that it comes after; 0 for none. */
function* commit(branch: string, mark: number, after: number): Iterable<string> {
  const person = `Ann <ann@example.com> ${1_600_000_000 + mark * 60} +0000`;
  const message = `change ${mark}\n\nSigned-off-by: Ann <ann@example.com>\n`;
  yield `commit refs/heads/${branch}\nmark :${mark}\nauthor ${person}\ncommitter ${person}\ndata ${Buffer.byteLength(message)}\n${message}\n`;
  if (after > 0) yield `from :${after}\n`;
}

function* file(path: string, bytes: Buffer): Iterable<string | Buffer> {
  yield `M 100644 inline ${path}\ndata ${bytes.length}\n`;
  yield bytes;
  yield '\n';
}

function ownFiles(): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const top of ['components', 'assemblies', 'docs/governance']) {
    for (const entry of readdirSync(join(checkout, top), { recursive: true, withFileTypes: true })) {
      const full = join(entry.parentPath, entry.name);
      if (entry.isFile()) files.set(full.slice(checkout.length + 1), readFileSync(full));
    }
  }
  return files;
}

function generatedNames(own: ReadonlyMap<string, Buffer>): readonly string[] {
  const known = new Set([...own.keys()].filter((path) => path.startsWith('components/')).map((path) => path.split('/')[1]));
  return Array.from({ length: counts.components - known.size }, (_, index) => `part-${String(index).padStart(4, '0')}`);
}

const manifest = JSON.parse(readFileSync(join(checkout, 'components', pattern, 'package.json'), 'utf8'));
const facts = readFileSync(join(checkout, 'components', pattern, 'facts.json'), 'utf8');

/** Its package.json first. Each needs the one before it, as a library's components do. */
function filesOf(name: string, before: string | undefined, revision: number): readonly (readonly [string, string])[] {
  const folder = `components/${name}`;
  const requires = { tini: '>=0.19', ...(before === undefined ? {} : { [before]: '^0.19' }) };
  const proven = { requires: { 'soname:libc.so.6': '*' } };
  const own = {
    ...manifest,
    name: `@moby/${name}`,
    version: `0.19.${revision}`,
    description: `What ${name} is here for`,
    component: { ...manifest.component, provides: { [`api:${name}`]: '1.0.0' }, requires, proven },
  };
  return [
    [`${folder}/0.19/package.json`, `${JSON.stringify(own, undefined, 2)}\n`],
    [`${folder}/0.19/facts.json`, facts],
    [`${folder}/0.19/README.md`, `# ${name}\n`],
    [`${folder}/0.19/files/etc/${name}.conf`, `name ${name}\n`],
    [`${folder}/0.19/files/usr/share/${name}/one`, `${name} 1\n`],
    [`${folder}/0.19/files/usr/share/${name}/other`, `${name} 2\n`],
    [`${folder}/OWNERS.yaml`, `lifecycle: maintained\nmaintainers:\n  - name: Ann\n    registry: ann-${name}\n`],
    [`${folder}/README.md`, `# ${name}\n\nOne of many.\n`],
  ];
}

/** The next packaging of the same. */
function raised(text: string): string {
  return text.replace(/("version": "[0-9]+\.[0-9]+\.)([0-9]+)"/, (_, begin: string, patch: string) => `${begin}${Number(patch) + 1}"`);
}
