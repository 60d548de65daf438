import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout, pinnedNode, temporaryFolder } from '@moby/testkit';

/** A small workspace in a git repository of its own, with the real plugin, nx.json and dependencies of the tools. */
export interface ScratchWorkspace {
  readonly folder: string;
  /** The projects that Nx takes for affected when these files change, sorted; the files are put back afterwards. */
  readonly affectedBy: (changes: Readonly<Record<string, string>>) => readonly string[];
}

export function scratchWorkspace(files: Readonly<Record<string, string>>): ScratchWorkspace {
  const folder = temporaryFolder();
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  write(folder, '.gitignore', 'node_modules\n.nx/\n');
  write(folder, 'package.json', JSON.stringify({ name: 'scratch', private: true, workspaces: ['tools/*'] }));
  const settings: unknown = JSON.parse(readFileSync(join(checkout, 'nx.json'), 'utf8'));
  const plugins = [join(checkout, 'tools/nx-plugin/plugin.js')];
  write(folder, 'nx.json', JSON.stringify({ ...(typeof settings === 'object' ? settings : {}), plugins }));
  const tools = readdirSync(join(checkout, 'tools'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: tool } of tools) {
    const { name, version, dependencies } = packageOf(tool);
    if (name === '@moby/testkit') continue; // tests lead to it from everywhere; here the program alone is looked at
    write(folder, `tools/${tool}/package.json`, JSON.stringify({ name, version, dependencies }));
    write(folder, `tools/${tool}/src/index.ts`, 'export {};\n');
  }
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '--all');
  git(folder, '-c', 'user.name=test', '-c', 'user.email=test@example.org', 'commit', '--quiet', '--no-gpg-sign', '-m', 'start');
  const affectedBy = (changes: Readonly<Record<string, string>>): readonly string[] => {
    for (const [path, text] of Object.entries(changes)) write(folder, path, text);
    const affected = showAffected(folder);
    git(folder, 'checkout', '--quiet', '--', '.');
    git(folder, 'clean', '--quiet', '--force', '-d');
    return affected;
  };
  return { folder, affectedBy };
}

function packageOf(tool: string): { readonly name?: unknown; readonly version?: unknown; readonly dependencies?: unknown } {
  const json: unknown = JSON.parse(readFileSync(join(checkout, 'tools', tool, 'package.json'), 'utf8'));
  return typeof json === 'object' && json !== null ? json : {};
}

function showAffected(folder: string): readonly string[] {
  const projects: unknown = JSON.parse(nx(folder, 'show', 'projects', '--affected', '--base=main', '--json'));
  if (!Array.isArray(projects)) throw new Error('nx gave no list of projects');
  return projects.map(String).sort();
}

/** Runs Nx without daemon, cloud and plugin processes; gives what it writes to stdout. */
export function nx(folder: string, ...args: readonly string[]): string {
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_ISOLATE_PLUGINS: 'false',
    NX_NO_CLOUD: 'true',
    NX_TUI: 'false',
    NODE_ENV: '',
    FORCE_COLOR: '0',
  };
  const run = spawnSync(pinnedNode(), [join(checkout, 'node_modules/nx/dist/bin/nx.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
    timeout: 60_000,
  });
  if (run.status !== 0) throw new Error(`nx ${args.join(' ')} ended with ${run.status ?? run.signal}\n${run.stdout}\n${run.stderr}`);
  return run.stdout;
}

function git(folder: string, ...args: readonly string[]): void {
  const run = spawnSync('git', args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
