import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkRoot } from '@moby/abi';
import type { RegistryComponent } from '@moby/model';
import { rootComponent } from './loader.ts';
import { disagreement, type Oracle } from './oracle.ts';
import { type OracleWorld, platform } from './oracle-world.ts';

const lines = ['1.6', '1.7', '2.1'] as const;
/** All of them run on these: the daemons and shims need nothing newer than glibc 2.34. */
const around = [
  ['runc', '1.1.5'],
  ['glibc', '2.36'],
  ['libseccomp', '2.5'],
  ['busybox', '1.37'],
] as const;

/**
 * Every line of containerd starts a container through every line of its shim, in a chroot with mounts and processes of its own; as
 * root. What `ctr run` says is compared with the errors of the rules between the two.
 */
export const containerdAndShim: Oracle = async (world) => {
  const base = { name: 'containerd x shim', unit: 'cells', failing: 0 };
  const reason = whyNot();
  if (reason !== undefined) return { ...base, compared: 0, disagreements: [], notRun: reason };
  const parts = await bringParts(world);
  const disagreements = [];
  let failing = 0;
  for (const daemon of lines) {
    for (const shim of lines) {
      const subject = `containerd ${daemon} with shim ${shim}`;
      const failure = await runCell(world, { name: `cell-${daemon}-${shim}`, components: parts.of(daemon, shim) });
      if (failure !== undefined) failing++;
      disagreements.push(...disagreement({ subject, isAlarmed: isAlarmed(parts.of(daemon, shim)), failure }));
    }
  }
  return { ...base, compared: lines.length ** 2, failing, disagreements };
};

/** Namespaces and control groups are what a sandbox may forbid; undefined where all is allowed. */
function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  const { status, stderr } = spawnSync('sh', ['-ec', probe], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? undefined : `this machine gives no namespaces or control groups of one's own (${lastLine(stderr)})`;
}

const probe = `
unshare --mount --pid --net --ipc --uts --fork --kill-child true
for folder in /sys/fs/cgroup /sys/fs/cgroup/pids; do
  [ -w "$folder/cgroup.procs" ] || continue
  mkdir "$folder/moby-oracle-probe"
  rmdir "$folder/moby-oracle-probe"
  exit 0
done
echo 'no control groups are mounted' >&2
exit 1
`;

interface Parts {
  of(daemon: string, shim: string): readonly RegistryComponent[];
}

async function bringParts(world: OracleWorld): Promise<Parts> {
  const wanted = [
    ...lines.flatMap((line) => ['containerd', 'containerd-ctr', 'containerd-shim-runc'].map((name) => [name, line] as const)),
    ...around,
  ];
  const brought = await world.bring(await Promise.all(wanted.map(([name, line]) => world.line(name, line))));
  const find = (name: string, line: string): readonly RegistryComponent[] =>
    brought.filter((one) => one.manifest.name === name && one.line === line);
  return {
    of: (daemon, shim) => [
      ...find('containerd', daemon),
      ...find('containerd-ctr', daemon),
      ...find('containerd-shim-runc', shim),
      ...around.flatMap(([name, line]) => find(name, line)),
    ],
  };
}

function isAlarmed(components: readonly RegistryComponent[]): boolean {
  const edges = checkRoot({ root: 'cell', platform, components: components.map(rootComponent), programs: [] });
  return edges.some(({ verdict }) => verdict === 'error');
}

const cellTimeoutMs = 60_000;
const greeting = 'a container has run';
const namespace = 'moby-oracle';

/** Why `ctr run` failed; undefined where the container has run. */
async function runCell(
  world: OracleWorld,
  cell: { readonly name: string; readonly components: readonly RegistryComponent[] },
): Promise<string | undefined> {
  const root = await world.root(cell.name, cell.components);
  const container = join(root, 'container');
  mkdirSync(join(container, 'bin'), { recursive: true });
  for (const folder of ['proc', 'sys', 'dev', 'run', 'tmp']) mkdirSync(join(container, folder));
  spawnSync('cp', [join(root, 'usr/bin/busybox'), join(container, 'bin/busybox')]);
  writeFileSync(join(root, 'cell.toml'), configuration);
  writeFileSync(join(root, 'cell.sh'), inside(cell.name));
  // A process namespace of its own: whatever the cell starts, a shim without its daemon too, ends with it.
  const unshare = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const run = spawnSync('unshare', [...unshare, 'sh', '-ec', outside, 'cell', root], {
    encoding: 'utf8',
    timeout: cellTimeoutMs,
    killSignal: 'SIGKILL',
  });
  removeGroups(cell.name);
  rmSync(root, { recursive: true });
  if (run.stdout.includes(greeting)) return undefined;
  const said = run.stderr.split('\n').filter((line) => line.startsWith('ctr: '));
  return said.at(-1) ?? run.error?.message ?? lastLine(run.stderr);
}

const configuration = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "/run/containerd/containerd.sock"
`;

/** By the host's sh, with the root as its argument. */
const outside = `
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc "$1/proc"
mount --rbind /sys "$1/sys"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/run"
mount -t tmpfs tmpfs "$1/var"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$1" /usr/bin/busybox sh /cell.sh
`;

/** By the cell's busybox, as the process 1 of its namespace. */
const inside = (name: string): string => `
busybox=/usr/bin/busybox
containerd --config /cell.toml >/run/containerd.log 2>&1 &
tries=0
until ctr --address /run/containerd/containerd.sock version >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || { $busybox tail -n 3 /run/containerd.log >&2; exit 1; }
  $busybox sleep 0.1
done
ctr --address /run/containerd/containerd.sock --namespace ${namespace} run --rm --runtime io.containerd.runc.v2 \\
  --rootfs /container ${name} /bin/busybox echo '${greeting}'
`;

/** What a container that did not end left of its control groups, in either version of them. */
function removeGroups(name: string): void {
  spawnSync('sh', [
    '-c',
    `rmdir /sys/fs/cgroup/${namespace}/${name} /sys/fs/cgroup/*/${namespace}/${name} /sys/fs/cgroup/${namespace} /sys/fs/cgroup/*/${namespace}`,
  ]);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
