import type { ComponentExpectationJson, ServiceJson } from '@moby/model';
import { socketPorts } from '../unit/choose-unit.ts';
import type { PayloadPlan } from '../payload/plan-payload.ts';
import { unitCommand, type UnitCommand } from '../unit/unit-command.ts';
import { readSysusers, uidOf, type SystemUser } from '../package/system-users.ts';
import type { UnitFile } from '../unit/unit-file.ts';
import { pathsOfRole } from '../payload/payload-members.ts';
import { mergeDirectories, readTmpfiles, wantedPath, type WantedDirectory } from '../package/wanted-directory.ts';
import { wellKnownService, type WellKnownService } from './well-known-services.ts';

/** What a service is run with, as far as its package says it. */
export interface ServiceStub {
  readonly service: ServiceJson;
  /** What is seen of it, where that is known. */
  readonly expect: readonly ComponentExpectationJson[];
  /** What is no more than a guess, for a person to check; phrases. */
  readonly guesses: readonly string[];
}

const rootUser = 'root';
const namePattern = /^[a-z_][a-z0-9_-]{0,31}$/;
const maxTmpfs = 32;
const firstUnprivilegedPort = 1024;

/** Undefined where the package has no unit that stays running, or what it starts is not kept. */
export function serviceStub(plan: PayloadPlan, component: string): ServiceStub | undefined {
  const { unit } = plan;
  if (unit === undefined) return undefined;
  const guesses: string[] = [];
  const started = startedProgram(plan, unit, component, guesses);
  if (started === undefined) return undefined;
  const known = wellKnownService(programName(started.args[0])) ?? {};
  const args = inForeground(started.args, unit, known, guesses);
  const users = usersOf(plan);
  const ports = portsOf(plan, unit, known, guesses);
  const user = userOf(unit, users, known, guesses);
  const capabilities = capabilitiesOf({ unit, known, user, ports, guesses });
  const tmpfs = tmpfsOf(plan, unit, guesses);
  const [port] = ports;
  const expect = expectationsOf(ports, known, guesses);
  return {
    service: {
      args,
      ...(Object.keys(started.environment).length === 0 ? {} : { env: started.environment }),
      user: { uid: uidOf(user, users), gid: uidOf(user, users), name: user },
      ...(capabilities.length === 0 ? {} : { capabilities }),
      ...(tmpfs.length === 0 ? {} : { tmpfs }),
      ...(ports.length === 0 ? {} : { ports }),
      ...(port === undefined ? {} : { ready: { tcp: port } }),
      restart: unit.value('Service', 'Restart') === 'on-failure' ? 'on-failure' : 'always',
    },
    expect,
    guesses,
  };
}

function programName(path: string | undefined): string {
  return (path ?? '').slice((path ?? '').lastIndexOf('/') + 1);
}

function keptPaths(plan: PayloadPlan): ReadonlySet<string> {
  return new Set([...[...plan.selection.packages.values()].flatMap(({ kept }) => [...kept]), ...plan.selection.links.keys()]);
}

/**
 * What the unit starts; where that is not kept, or is a script beside a program that is called like the component, that program:
 * a wrapper would want a shell and its tools in the service's root.
 */
function startedProgram(plan: PayloadPlan, unit: UnitFile, component: string, guesses: string[]): UnitCommand | undefined {
  const kept = keptPaths(plan);
  const command = unitCommand({ unit, readFile: (path) => fileOf(plan, path) });
  const program = command?.args[0] ?? '';
  const canonical = program.replace(/^\/(s?bin)\//, '/usr/$1/');
  const isKept = kept.has(canonical.slice(1));
  const isScript = isKept && scriptPaths(plan).has(canonical);
  const candidates = [component, ...plan.names]
    .flatMap((name) => [name, name.replace(/-(?:server|daemon|base|bin)$/, '')])
    .flatMap((name) => [name, `${name}d`])
    .flatMap((name) => [`usr/sbin/${name}`, `usr/bin/${name}`]);
  const path = isKept && !isScript ? undefined : candidates.find((one) => kept.has(one) && !scriptPaths(plan).has(`/${one}`));
  if (path !== undefined) {
    const why = isScript ? 'a script' : 'which is not kept';
    guesses.push(`arguments of /${path}: the unit starts ${program === '' ? 'something else' : program}, ${why}`);
    return { args: [`/${path}`], environment: {} };
  }
  if (command === undefined || !isKept) return undefined;
  if (command.args.length > 1 && unit.values('Service', 'EnvironmentFile').length > 0)
    guesses.push('arguments with what /etc/default sets put in');
  return { ...command, args: [canonical, ...command.args.slice(1)] };
}

/** Absolute paths of what begins with `#!`. */
function scriptPaths({ members }: PayloadPlan): ReadonlySet<string> {
  return new Set(members.flatMap(({ opened }) => Object.keys(opened.facts.scripts ?? {})));
}

/** A text file of the members, by absolute path. */
function fileOf(plan: PayloadPlan, path: string): string | undefined {
  for (const { opened } of plan.members) {
    const entry = opened.entries.get(path.slice(1));
    if (entry?.kind === 'file') return Buffer.from(entry.bytes).toString('utf8');
  }
  return undefined;
}

function inForeground(args: readonly string[], unit: UnitFile, known: WellKnownService, guesses: string[]): readonly string[] {
  const { foreground = [], replaces } = known;
  const at = replaces === undefined ? -1 : args.indexOf(replaces);
  if (at >= 0) {
    guesses.push(`stays in the foreground by \`${foreground.join(' ')}\``);
    return [...args.slice(0, at), ...foreground, ...args.slice(at + 2)];
  }
  const isForking = unit.value('Service', 'Type') === 'forking';
  const hasFlag =
    foreground.length > 0 &&
    args.some(
      (arg) =>
        arg === foreground[0] ||
        (/^-[A-Za-z]$/.test(foreground[0] ?? '') && /^-[A-Za-z]+$/.test(arg) && arg.includes((foreground[0] ?? '-?').slice(1))),
    );
  if (hasFlag || (foreground.length === 0 && !isForking)) return args;
  if (foreground.length === 0) {
    guesses.push('its unit has Type=forking: an argument that keeps it in the foreground is missing');
    return args;
  }
  guesses.push(`stays in the foreground by \`${foreground.join(' ')}\``);
  return [...args, ...foreground];
}

function usersOf(plan: PayloadPlan): readonly SystemUser[] {
  const listed = plan.members.flatMap(({ opened }) =>
    pathsOfRole(opened, 'sysusers', plan.names).flatMap((path) => readSysusers(fileOf(plan, `/${path}`) ?? '')),
  );
  return [...listed, ...plan.scripts.users];
}

function portsOf(plan: PayloadPlan, unit: UnitFile, known: WellKnownService, guesses: string[]): readonly number[] {
  const ports = socketPorts(plan.units, unit);
  const found = ports.length > 0 ? ports : (known.tcp ?? []);
  if (found.length > 0) guesses.push(`service on tcp ${found.join(', ')}`);
  return found;
}

/** How it answers, where its unit has it listen where such daemons do. */
function expectationsOf(ports: readonly number[], known: WellKnownService, guesses: string[]): readonly ComponentExpectationJson[] {
  const { expect } = known;
  const port = expect?.tcp ?? expect?.http;
  if (expect === undefined || port === undefined || !ports.includes(port)) return [];
  guesses.push(`answers on port ${port} as \`expect\` says`);
  return [expect];
}

/** The unit's user; else, of a daemon that would change from root to its own user itself, that one from the beginning. */
function userOf(unit: UnitFile, users: readonly SystemUser[], known: WellKnownService, guesses: string[]): string {
  const stated = unit.value('Service', 'User');
  if (stated !== undefined && namePattern.test(stated) && known.root !== true) return stated;
  const [own = known.user === undefined ? undefined : { name: known.user }, ...others] = users;
  if (known.root === true || own === undefined || others.some(({ name }) => name !== own.name)) {
    if (users.length > 0 && known.root !== true)
      guesses.push(`runs as root: its package makes the users ${users.map(({ name }) => name).join(', ')}`);
    return rootUser;
  }
  guesses.push(`runs as ${own.name} from the beginning`);
  return own.name;
}

/** What the unit gives; of one that runs as root, what it leaves to it. The rest is a guess by port and program. */
function capabilitiesOf(of: {
  readonly unit: UnitFile;
  readonly known: WellKnownService;
  readonly user: string;
  readonly ports: readonly number[];
  readonly guesses: string[];
}): readonly string[] {
  const key = of.user === rootUser ? 'CapabilityBoundingSet' : 'AmbientCapabilities';
  const stated = of.unit
    .values('Service', key)
    .filter((value) => !value.startsWith('~'))
    .flatMap((value) => value.split(/\s+/))
    .filter((name) => /^CAP_[A-Z_]+$/.test(name));
  const bindsLow = of.ports.some((port) => port < firstUnprivilegedPort);
  const guessed = [...(of.known.capabilities ?? []), ...(bindsLow ? ['CAP_NET_BIND_SERVICE'] : [])].filter(
    (name) => !stated.includes(name),
  );
  if (guessed.length > 0) of.guesses.push(`needs ${guessed.join(', ')}`);
  return [...new Set([...stated, ...guessed])].sort();
}

/** Writable places: what the unit, tmpfiles.d, the maintainer scripts and the package's own directories name. */
function tmpfsOf(plan: PayloadPlan, unit: UnitFile, guesses: string[]): NonNullable<ServiceJson['tmpfs']> {
  const directories = mergeDirectories([
    ...unitDirectories(unit),
    ...plan.members.flatMap(({ opened }) =>
      pathsOfRole(opened, 'tmpfiles', plan.names).flatMap((path) => readTmpfiles(fileOf(plan, `/${path}`) ?? '')),
    ),
    ...plan.scripts.directories,
    ...plan.members.flatMap(({ opened }) => opened.directories.flatMap((path) => ownDirectory(`/${path}`))),
  ]).slice(0, maxTmpfs);
  const lost = directories.filter(({ path }) => /^\/(?:var\/lib|srv|var\/spool)\//.test(path)).map(({ path }) => path);
  if (lost.length > 0) guesses.push(`what it keeps in ${lost.join(', ')} is gone when the machine goes off`);
  return directories.map(({ path, mode }) => ({
    path,
    size: path.startsWith('/run/') ? '1MB' : '16MB',
    mode: (mode ?? '0755').padStart(4, '0'),
  }));
}

function unitDirectories(unit: UnitFile): readonly WantedDirectory[] {
  const pidFile = (unit.value('Service', 'PIDFile') ?? '').replace(/^\/var\/run\//, '/run/');
  const kinds = { RuntimeDirectory: '/run', StateDirectory: '/var/lib', CacheDirectory: '/var/cache', LogsDirectory: '/var/log' };
  const beside = pidFile.startsWith('/run/') ? [{ path: pidFile.slice(0, pidFile.lastIndexOf('/')) }] : [];
  const named = Object.entries(kinds).flatMap(([key, root]) => {
    const mode = /[0-7]{3,4}$/.exec(unit.value('Service', `${key}Mode`) ?? '')?.[0];
    return unit
      .values('Service', key)
      .flatMap((value) => value.split(/\s+/))
      .flatMap((name) => wantedPath(`${root}/${name.split(':')[0] ?? ''}`) ?? [])
      .map((path) => ({ path, ...(mode === undefined ? {} : { mode }) }));
  });
  return [...named, ...beside];
}

function ownDirectory(path: string): readonly WantedDirectory[] {
  const wanted = wantedPath(path);
  return wanted === undefined ? [] : [{ path: wanted }];
}
