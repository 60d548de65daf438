import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelConfig, type KernelEnd } from '@moby/abi';
import type { RegistryComponent } from '@moby/model';
import { type Disagreement, disagreement, type Oracle, type OracleResult } from './oracle.ts';
import { type OracleWorld, platform } from './oracle-world.ts';

const scriptPath = 'usr/share/docker.io/contrib/check-config.sh';
const configPath = /^(?:boot\/config-|usr\/lib\/modules\/[^/]+\/config$)/;

/** Each option that the engine's own check-config.sh asks for in each kernel's configuration, beside what `kernel.config` finds there. */
export const engineOwnCheck: Oracle = (world) =>
  compareConfigs(world, { engines: ['20.10', '26.1', '28.5'], kernels: ['6.1', '6.12', '7.2'] });

/** Of some lines of docker and linux. */
export async function compareConfigs(
  world: OracleWorld,
  { engines, kernels }: { readonly engines: readonly string[]; readonly kernels: readonly string[] },
): Promise<OracleResult> {
  const wanted = [...engines.map((line) => world.line('docker', line)), ...kernels.map((line) => world.line('linux', line))];
  const brought = await world.bring(await Promise.all(wanted));
  const [ofEngines, ofKernels] = [brought.slice(0, engines.length), brought.slice(engines.length)];
  const folder = join(world.folder, 'check-config');
  mkdirSync(folder);
  for (const engine of ofEngines) await writeScript(world, engine, folder);
  const result = { name: 'check-config', unit: 'options', compared: 0, failing: 0 };
  const disagreements: Disagreement[] = [];
  for (const kernel of ofKernels) {
    await writeConfig(world, kernel, folder);
    for (const engine of ofEngines) {
      const asked = runScript(folder, engine, kernel);
      const found = new Set(ourFindings(engine, kernel));
      for (const option of new Set([...asked.keys(), ...found])) {
        const failure = asked.get(option) === 'missing' ? `missing for docker ${engine.line}` : undefined;
        result.compared++;
        if (failure !== undefined) result.failing++;
        disagreements.push(...disagreement({ subject: `${option} in linux ${kernel.line}`, isAlarmed: found.has(option), failure }));
      }
    }
  }
  rmSync(folder, { recursive: true });
  return { ...result, disagreements };
}

async function writeConfig(world: OracleWorld, kernel: RegistryComponent, folder: string): Promise<void> {
  const config = (await world.entries(kernel)).find(({ kind, path }) => kind === 'file' && configPath.test(path));
  if (config?.kind !== 'file') throw new Error(`linux ${kernel.line} has no configuration`);
  writeFileSync(join(folder, `config-${kernel.line}`), config.bytes);
}

async function writeScript(world: OracleWorld, engine: RegistryComponent, folder: string): Promise<void> {
  const script = await world.packagedFile(engine, scriptPath);
  if (script === undefined) throw new Error(`no package of docker ${engine.line} has ${scriptPath}`);
  writeFileSync(join(folder, `check-config-${engine.line}.sh`), script);
}

const timeoutMs = 60_000;

/** Option → what it says of it, necessary or optional. */
function runScript(folder: string, engine: RegistryComponent, kernel: RegistryComponent): ReadonlyMap<string, 'enabled' | 'missing'> {
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
  if (!/Generally Necessary:[^]*Optional Features:/.test(text))
    throw new Error(`check-config.sh of docker ${engine.line} did not run: ${stdout}${stderr}`);
  const said = text.matchAll(/(CONFIG_\w+): (enabled|missing)/g);
  return new Map([...said].map(([, option = '', state]) => [option, state === 'missing' ? 'missing' : 'enabled']));
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
