import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelConfig, type KernelEnd } from '@moby/abi';
import type { RegistryComponent } from '@moby/model';
import { type Disagreement, disagreement, type Oracle } from './oracle.ts';
import { type OracleWorld, platform } from './oracle-world.ts';

const engines = ['20.10', '26.1', '28.5'] as const;
const kernels = ['6.1', '6.12', '7.2'] as const;
const scriptPath = 'usr/share/docker.io/contrib/check-config.sh';
const configPath = /^(?:boot\/config-|usr\/lib\/modules\/[^/]+\/config$)/;

/** What the engine's own check-config.sh misses in each kernel's configuration, beside what `kernel.config` finds there for the engine. */
export const engineOwnCheck: Oracle = async (world) => {
  const base = { name: 'check-config', unit: 'pairs', compared: engines.length * kernels.length };
  const wanted = [...engines.map((line) => world.line('docker', line)), ...kernels.map((line) => world.line('linux', line))];
  const brought = await world.bring(await Promise.all(wanted));
  const [ofEngines, ofKernels] = [brought.slice(0, engines.length), brought.slice(engines.length)];
  const folder = join(world.folder, 'check-config');
  mkdirSync(folder);
  for (const engine of ofEngines) await writeScript(world, engine, folder);
  const disagreements: Disagreement[] = [];
  let failing = 0;
  for (const kernel of ofKernels) {
    const config = (await world.entries(kernel)).find(({ kind, path }) => kind === 'file' && configPath.test(path));
    if (config?.kind !== 'file') throw new Error(`linux ${kernel.line} has no configuration`);
    writeFileSync(join(folder, `config-${kernel.line}`), config.bytes);
    for (const engine of ofEngines) {
      const script = runScript(folder, engine, kernel);
      const found = new Set(ourFindings(engine, kernel));
      if (script.necessary.length > 0 || found.size > 0) failing++;
      for (const option of new Set([...script.necessary, ...script.optional, ...found])) {
        const isNecessary = script.necessary.includes(option);
        const failure = isNecessary || script.optional.includes(option) ? `missing for docker ${engine.line}` : undefined;
        disagreements.push(...disagreement({ subject: `${option} in linux ${kernel.line}`, isAlarmed: found.has(option), failure }));
      }
    }
  }
  rmSync(folder, { recursive: true });
  return { ...base, failing, disagreements };
};

async function writeScript(world: OracleWorld, engine: RegistryComponent, folder: string): Promise<void> {
  const script = await world.packagedFile(engine, scriptPath);
  if (script === undefined) throw new Error(`no package of docker ${engine.line} has ${scriptPath}`);
  writeFileSync(join(folder, `check-config-${engine.line}.sh`), script);
}

interface Missing {
  /** Of the part "Generally Necessary". */
  readonly necessary: readonly string[];
  readonly optional: readonly string[];
}

const timeoutMs = 60_000;

function runScript(folder: string, engine: RegistryComponent, kernel: RegistryComponent): Missing {
  const release = kernelOf(kernel).facts?.release ?? '';
  // It takes the version from `uname -r`, which is the host's.
  const path = join(folder, `bin-${kernel.line}`);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'uname'), `#!/bin/sh\necho '${release}'\n`, { mode: 0o755 });
  // The usual zgrep is a shell script of dozens of processes, for each of a hundred questions.
  writeFileSync(join(path, 'zgrep'), '#!/bin/sh\nexec grep "$@"\n', { mode: 0o755 });
  const args = [join(folder, `check-config-${engine.line}.sh`), join(folder, `config-${kernel.line}`)];
  const env = { PATH: `${path}:/usr/sbin:/usr/bin:/sbin:/bin`, NO_COLOR: '1', LC_ALL: 'C' };
  const { stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8', timeout: timeoutMs, env });
  // The oldest colours its words, wherever they go.
  const text = stdout.replaceAll(/\u001B\[[\d;]*m/g, '');
  const [, necessary, optional] = /Generally Necessary:([^]*)Optional Features:([^]*)/.exec(text) ?? [];
  if (necessary === undefined || optional === undefined)
    throw new Error(`check-config.sh of docker ${engine.line} did not run: ${stdout}${stderr}`);
  return { necessary: missingIn(necessary), optional: missingIn(optional) };
}

function missingIn(text: string): readonly string[] {
  return [...text.matchAll(/(CONFIG_\w+): missing/g)].map(([, option = '']) => option);
}

/** The options that `kernel.config` is not satisfied with; of alternatives, all. */
function ourFindings(engine: RegistryComponent, kernel: RegistryComponent): readonly string[] {
  const { name, version, kernel: asks } = engine.manifest;
  if (asks?.config === undefined) throw new Error(`docker ${engine.line} asks for no options`);
  const edges = kernelConfig.check({ kernel: kernelOf(kernel), asking: [{ component: name, version, ...asks.config }] });
  const bad = edges.filter(({ verdict }) => verdict !== 'ok');
  return bad.flatMap(({ need }) => need.split(/, or | and /).map((option) => `CONFIG_${option.replace('CONFIG_', '')}`));
}

function kernelOf({ manifest, facts }: RegistryComponent): KernelEnd {
  return { component: manifest.name, version: manifest.version, facts: facts?.platforms[platform]?.kernel, symbols: undefined };
}
