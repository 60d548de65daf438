import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddedModulesEnd, extractAddedModule, type KernelEnd, kmodCrc, kmodSymbol, kmodVermagic } from '@moby/abi';
import { storeFolder } from '@moby/composer';
import { decompress } from '@moby/content';
import { type SegmentEntry, writeSegment } from '@moby/image';
import { bootMachine, findQemu } from '@moby/machine';
import { type Artifact, Failure, parseDigest, type PayloadEntry, type RegistryComponent } from '@moby/model';
import { type Disagreement, disagreement, type Oracle } from './oracle.ts';
import { type OracleWorld, platform } from './oracle-world.ts';

const lines = ['6.1', '6.12', '7.2'] as const;
/** They depend on no other module in any of the lines, so each is loaded by itself. */
const modules = ['overlay', 'dummy', 'veth'] as const;

/** Each kernel is booted once and tries the modules of all lines with busybox's insmod; the answer is compared with the `kmod.*` rules. */
export const modulesInKernels: Oracle = async (world) => {
  const result = { name: 'insmod', unit: 'pairs', compared: 0, failing: 0 };
  try {
    await findQemu(platform, process.env);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'qemu-missing') throw error;
    return { ...result, disagreements: [], notRun: error.message };
  }
  const [busybox, ...kernels] = await world.bring(
    await Promise.all([world.line('busybox', '1.37'), ...lines.map((line) => world.line('linux', line))]),
  );
  if (busybox === undefined) throw new Error('there is no busybox');
  const opened = await Promise.all(kernels.map((kernel) => openKernel(world, kernel)));
  const shell = fileOf(await world.entries(busybox), /^usr\/bin\/busybox$/).bytes;
  const disagreements: Disagreement[] = [];
  for (const kernel of opened) {
    const told = await bootWith(world, { kernel, shell, modules: opened.flatMap((one) => one.modules) });
    for (const { line, modules: own } of opened) {
      for (const module of own) {
        const failure = told.get(fileName(module));
        if (failure === undefined) throw new Error(`linux ${kernel.line} has not tried ${fileName(module)}`);
        result.compared++;
        if (failure !== '') result.failing++;
        const subject = `${module.name} of linux ${line} in linux ${kernel.line}`;
        disagreements.push(
          ...disagreement({ subject, isAlarmed: isAlarmed(kernel, module), failure: failure === '' ? undefined : failure }),
        );
      }
    }
  }
  return { ...result, disagreements };
};

interface OpenedKernel {
  readonly line: string;
  readonly component: RegistryComponent;
  readonly image: Uint8Array;
  readonly modules: readonly OpenedModule[];
}

interface OpenedModule {
  readonly line: string;
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

async function openKernel(world: OracleWorld, component: RegistryComponent): Promise<OpenedKernel> {
  const entries = await world.entries(component);
  const found: OpenedModule[] = [];
  for (const name of modules) {
    const { path, bytes } = fileOf(entries, new RegExp(`/${name}\\.ko(?:\\.xz)?$`));
    found.push({ line: component.line, name, path: `/${path}`, bytes: await decompress(bytes, path, path) });
  }
  return {
    line: component.line,
    component,
    image: fileOf(entries, /^(?:boot\/vmlinuz-|usr\/lib\/modules\/[^/]+\/vmlinuz$)/).bytes,
    modules: found,
  };
}

function fileOf(entries: readonly PayloadEntry[], pattern: RegExp): { readonly path: string; readonly bytes: Uint8Array } {
  const entry = entries.find(({ kind, path }) => kind === 'file' && pattern.test(path));
  if (entry?.kind !== 'file') throw new Error(`the payload has no file ${pattern.source}`);
  // The payload itself is a hundred megabytes, and is let go.
  return { path: entry.path, bytes: Uint8Array.from(entry.bytes) };
}

function fileName({ name, line }: OpenedModule): string {
  return `${name}-${line}.ko`;
}

function isAlarmed({ component }: OpenedKernel, { line, path, bytes }: OpenedModule): boolean {
  const { manifest, facts, kernelSymbols } = component;
  const kernel: KernelEnd = {
    component: manifest.name,
    version: manifest.version,
    facts: facts?.platforms[platform]?.kernel,
    symbols: kernelSymbols?.().platforms[platform],
  };
  const { name, module } = extractAddedModule(bytes, path.replace(/\.xz$/, ''));
  const added: readonly AddedModulesEnd[] = [{ component: 'module', version: line, modules: { [name]: module } }];
  return [kmodVermagic, kmodSymbol, kmodCrc].some((rule) => rule.check({ kernel, added }).some(({ verdict }) => verdict === 'error'));
}

/** Only what the console shows between these words is read. */
const script = `#!/busybox sh
/busybox mkdir -p /proc /dev
/busybox mount -t proc proc /proc
/busybox mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
for file in /modules/*.ko; do
  if said=$(/busybox insmod "$file" 2>&1); then
    echo "moby-oracle \${file##*/} loaded"
    name=\${file##*/}
    /busybox rmmod "\${name%%-*}"
  else
    echo "moby-oracle \${file##*/} refused \${said##*: }"
  fi
done
echo 'moby-oracle done'
/busybox poweroff -f
`;

const megabyte = 1_000_000;
const bootLimitMs = 180_000;

/** File → what insmod said; empty where it was loaded. */
async function bootWith(
  world: OracleWorld,
  options: { readonly kernel: OpenedKernel; readonly shell: Uint8Array; readonly modules: readonly OpenedModule[] },
): Promise<ReadonlyMap<string, string>> {
  const { kernel, shell } = options;
  const folder = join(world.folder, `kernel-${kernel.line}`);
  const entries: readonly SegmentEntry[] = [
    { kind: 'directory', path: 'modules', mode: 0o755 },
    { kind: 'directory', path: 'dev', mode: 0o755 },
    { kind: 'character', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    { kind: 'file', path: 'init', mode: 0o755, content: Buffer.from(script) },
    { kind: 'file', path: 'busybox', mode: 0o755, content: shell },
    ...options.modules.map((one): SegmentEntry => ({ kind: 'file', path: `modules/${fileName(one)}`, mode: 0o644, content: one.bytes })),
  ];
  const initrd = await collect(writeSegment({ entries, placement: { kind: 'base' }, codec: { kind: 'none' } }).chunks);
  const artifact = writeArtifact(folder, kernel, initrd);
  const consoleLog = join(folder, 'console.log');
  const cacheFolder = join(storeFolder(process.env), 'machine');
  const machine = await bootMachine({
    artifact,
    folder,
    cacheFolder,
    env: process.env,
    consoleLog,
    silentAfterMs: bootLimitMs,
    limitMs: bootLimitMs,
  });
  const exit = await machine.exited;
  const log = readFileSync(consoleLog, 'latin1');
  if (!log.includes('moby-oracle done'))
    throw new Error(`linux ${kernel.line} did not get to its end (${JSON.stringify(exit)}):\n${log.slice(-2000)}`);
  const rows = log.matchAll(/moby-oracle (\S+\.ko) (?:loaded|refused ([^\r\n]+))/g);
  return new Map([...rows].map(([, file = '', said = '']) => [file, said]));
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function writeArtifact(folder: string, { line, image }: OpenedKernel, initrd: Uint8Array): Artifact {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'vmlinuz'), image);
  writeFileSync(join(folder, 'initrd.img'), initrd);
  return {
    artifact: 1,
    name: `insmod-${line}`,
    version: '1.0.0',
    platform,
    kernelRelease: line,
    // The kernel says why it refuses a module, in the midst of the line before: of its messages only a panic is let through.
    cmdline: 'console=ttyS0 loglevel=1',
    files: [
      { role: 'kernel', name: 'vmlinuz', sizeBytes: image.length, digest: digestOf(image) },
      { role: 'initrd', name: 'initrd.img', sizeBytes: initrd.length, digest: digestOf(initrd) },
    ],
    segments: [],
    sizeBytes: image.length + initrd.length,
    memoryBytes: 256 * megabyte,
    leastMemoryBytes: 256 * megabyte,
    ports: [],
    services: [],
    expect: [],
  };
}

function digestOf(bytes: Uint8Array): Artifact['files'][number]['digest'] {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('not a digest');
  return digest;
}
