import { upstreamOf, type ComponentName, type Manifest, type Platform, type SeenExpectation } from '@moby/model';
import { portsOf } from './clash-of.ts';
import { guestComponent, guestFolder, json, machineBusybox } from './guest-component.ts';
import { lookArguments } from './look-arguments.ts';
import { hasLook, runsOf, type TestedComponent } from './tested-component.ts';

/** A component with the paths of its payload; none where nobody has it any more. */
export interface ShownComponent extends TestedComponent {
  readonly files: readonly string[];
}

export interface TestGuest {
  readonly name: string;
  /** Path beside the assembly's → text. */
  readonly files: Readonly<Record<string, string>>;
}

export interface TestGuestRequest {
  readonly name: string;
  readonly components: readonly ShownComponent[];
  /** What they talk to. */
  readonly peers: readonly Manifest[];
  readonly platform: Platform;
}

const network = 'dhcp';
const consoles: Readonly<Record<Platform, string>> = {
  'linux/amd64': 'ttyS0',
  'linux/arm64': 'ttyAMA0',
  'linux/riscv64': 'ttyS0',
  'linux/s390x': 'ttysclp0',
};
const lastPort = 65_535;
const firstReportPort = 7400;
const volumeSize = '1GB';
const seconds = (ms: number): string => `${Math.ceil(ms / 1000)}s`;

/**
 * The least assembly that shows components: kernel, init, runtime and network; what they talk to; the services and tasks themselves; for each of which
 * nothing comes up by itself, a container with it and what it requires, which is looked into. It is an assembly as any other, judged by
 * scripts beside it.
 */
export function planTestGuest(request: TestGuestRequest): TestGuest {
  const { name, components, platform } = request;
  const port = reportPort(components);
  const looks = components.filter(hasLook).map((component) => lookOf(component, platform));
  const services = components.map(({ manifest }) => manifest).filter(({ kind }) => kind === 'service');
  const address = `http://127.0.0.1:\${process.env['MOBY_PORT_${port}']}`;
  const { packageText, factsText } = guestComponent(platform);
  const scripts: Record<string, string> = {};
  for (const one of services)
    scripts[stateScript(one)] = scriptText('judgeService', { name: one.name, isProbed: one.service?.ready !== undefined }, address);
  for (const { component, question } of looks) scripts[lookScript(component.manifest)] = scriptText('judgeRoot', question, address);
  const expect = [
    ...components.flatMap(seenOf),
    ...services.map((one) => scriptOf(stateScript(one), stateMs)),
    ...looks.map(({ component, withinMs }) => scriptOf(lookScript(component.manifest), withinMs)),
  ];
  const assembly = { ...machineOf(request), ...containersOf(request, looks, port), expect, test: { ports: [`0:${port}`] } };
  return {
    name,
    files: {
      'assembly.yaml': json(withoutEmpty(assembly)),
      [`${guestFolder}/package.json`]: packageText,
      [`${guestFolder}/facts.json`]: factsText,
      ...scripts,
    },
  };
}

function stateScript({ name }: Manifest): string {
  return `state-${name}.mts`;
}

function lookScript({ name }: Manifest): string {
  return `look-${name}.mts`;
}

/** Kernel, init and runtime: those that are tested, or the newest. */
function machineOf({ name, components, platform }: TestGuestRequest): object {
  const manifests = components.map(({ manifest }) => manifest);
  const tested = (kind: Manifest['kind']): Manifest | undefined => manifests.find((one) => one.kind === kind);
  const [kernel, init, runtime] = [tested('kernel'), tested('init'), tested('runtime')];
  const [only, ...others] = manifests;
  return {
    name,
    version: only === undefined || others.length > 0 ? '1.0.0' : upstreamOf(only.version),
    description: `Shows ${manifests.map((one) => `${one.name} ${one.version}`).join(', ')}`.slice(0, 300),
    platforms: [platform],
    kernel: { component: kernel === undefined ? 'linux' : exactly(kernel), cmdline: `console=${consoles[platform]} quiet` },
    init: init === undefined ? 'init' : exactly(init),
    with: ['busybox', ...(runtime === undefined ? [] : [exactly(runtime)])],
    defaults: { 'runtime:oci': runtime?.name ?? 'crun' },
  };
}

function containersOf({ components, peers }: TestGuestRequest, looks: readonly PlannedLook[], port: number): object {
  const tested = components.map(({ manifest }) => manifest);
  const run = [...peers, ...tested].filter(({ service }) => service !== undefined);
  const entry = (one: Manifest): object => ({ component: tested.includes(one) ? exactly(one) : one.name });
  const own = { component: `./${guestFolder}` };
  return {
    onboot: run.filter(({ kind }) => kind === 'task').map(entry),
    services: [
      ...(run.some((one) => one.name === network) ? [] : [{ component: network }]),
      { ...own, name: 'report', args: reportArguments(port), ready: { tcp: port } },
      ...run.filter(({ kind }) => kind !== 'task').map(entry),
      ...looks.map(({ container, component, args }) => ({ ...own, name: container, with: [exactly(component.manifest)], args })),
    ],
    volumes: volumesOf(run),
  };
}

function exactly({ name, version }: Manifest): string {
  return `${name}@${version}`;
}

interface PlannedLook {
  readonly component: ShownComponent;
  readonly container: string;
  readonly args: readonly string[];
  /** What data/look.mts is asked. */
  readonly question: object;
  readonly withinMs: number;
}

const stateMs = 60_000;
const lookMs = 60_000;
const loadMs = 1000;

function lookOf(component: ShownComponent, platform: Platform): PlannedLook {
  const { manifest, facts, files } = component;
  const loads = (facts?.platforms[platform]?.elf ?? []).filter(
    (elf) => elf.class === 64 && (elf.needed.length > 0 || elf.interpreter !== undefined),
  );
  const runs = runsOf(manifest);
  const { args, files: asked } = lookArguments({ files, loads, runs }, platform);
  const container = `look-${manifest.name}`.slice(0, 64).replace(/-+$/, '');
  const question = {
    name: manifest.name,
    container,
    files: asked,
    loads: loads.map(({ path }) => path),
    runs: runs.map(({ args: words, output }) => ({ command: words.join(' '), ...(output === undefined ? {} : { output }) })),
  };
  return {
    component,
    container,
    args,
    question,
    withinMs: lookMs + loads.length * loadMs + runs.reduce((sum, { withinMs }) => sum + withinMs, 0),
  };
}

/** What is seen from outside: its own expectations, and what a machine says of what runs by itself. */
function seenOf({ manifest: { kind, name, expect = [] } }: ShownComponent): readonly object[] {
  const seen = expect.flatMap((one) => (one.kind === 'run' ? [] : [one]));
  const console =
    kind === 'task' ? [`onboot ${name} done`] : kind === 'kernel' || kind === 'init' || kind === 'runtime' ? ['init ready'] : [];
  return [...console.map((text) => ({ console: text, within: '300s' })), ...seen.map(expectationJson)];
}

function expectationJson(one: SeenExpectation): object {
  const within = seconds(one.withinMs);
  switch (one.kind) {
    case 'tcp':
      return { tcp: one.port, ...(one.send === undefined ? {} : { send: one.send }), receive: one.receive, within };
    case 'http':
      return { http: one.port, path: one.path, status: one.status, ...(one.body === undefined ? {} : { body: one.body }), within };
    case 'console':
      return { console: one.contains, within };
  }
}

function scriptOf(script: string, withinMs: number): object {
  return { script, imports: ['look.mts'], within: seconds(withinMs) };
}

function scriptText(verb: string, question: object, address: string): string {
  const text = JSON.stringify(question, undefined, 2).replace(/\n\}$/, ',');
  return `import { ${verb} } from './look.mts';\n\n${verb}(${text}\n  address: \`${address}\`,\n});\n`;
}

/** The first program of a container ignores TERM unless it handles it, and httpd doesn't. */
function reportArguments(port: number): readonly string[] {
  const httpd = [machineBusybox, 'httpd', '-f', '-p', String(port), '-h', '/srv'];
  return [machineBusybox, 'sh', '-c', 'trap \'exit 0\' TERM; "$@" & wait', 'report', ...httpd];
}

function reportPort(components: readonly TestedComponent[]): number {
  const taken = new Set(components.flatMap(portsOf));
  for (let port = firstReportPort; port < lastPort; port += 1) if (!taken.has(port)) return port;
  return lastPort;
}

/** Blank ones, called as who mounts them names them. */
function volumesOf(runnable: readonly Manifest[]): readonly object[] {
  const names = runnable.flatMap(({ service }) => (service?.diskArgument === undefined ? [] : [service.args[service.diskArgument] ?? '']));
  return [...new Set(names)].map((name) => ({ name, size: volumeSize }));
}

function withoutEmpty(assembly: object): object {
  return Object.fromEntries(Object.entries(assembly).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

/** A name for an assembly that is of these components. */
export function guestNameOf(names: readonly ComponentName[]): string {
  return names.join('-').slice(0, 48).replace(/-+$/, '');
}
