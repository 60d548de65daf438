import type { Diagnostic, GuestContainer, GuestRecord, GuestService } from '@moby/model';
import { overlayLower } from './overlay-lower.ts';
import { compareCodeUnits } from './tree-entry.ts';

/** What an init's shell and the state lines carry; a longer or odder name is refused by every init. */
export const longestContainerName = 64;
/** Containers of one section: the order is three digits. */
export const mostContainers = 1000;

const namePattern = /^[a-z0-9][a-z0-9.-]*$/;

/** What is wrong with a record, sorted as the record is; nothing where an init can read and run it. */
export function checkGuestRecord(record: GuestRecord): readonly Diagnostic[] {
  const all = [...record.onboot, ...record.services, ...record.onshutdown];
  return [
    ...[record.onboot, record.services, record.onshutdown].flatMap(tooMany),
    ...all.flatMap(nameFindings),
    ...repeated(record.onboot),
    ...repeated(record.services),
    ...repeated(record.onshutdown),
    ...all.flatMap((container) => overlayLower(container.name, container.lower).findings),
    ...record.services.flatMap((service) => orderFindings(service, record.services)),
    ...cycleFindings(record.services),
    ...lineFindings(record),
  ];
}

function error(code: string, message: string, hints: readonly string[] = []): Diagnostic {
  return { severity: 'error', code, message, hints };
}

function tooMany(section: readonly GuestContainer[]): readonly Diagnostic[] {
  return section.length <= mostContainers
    ? []
    : [error('too-many-containers', `${section.length} containers in one section, at most ${mostContainers} are supported`)];
}

function nameFindings(container: GuestContainer): readonly Diagnostic[] {
  const { name } = container;
  if (name.length <= longestContainerName && namePattern.test(name)) return [];
  const why =
    name.length > longestContainerName
      ? `it has ${name.length} characters, at most ${longestContainerName} are supported`
      : 'a name has a-z 0-9 . - and begins with a letter or digit';
  return [error('odd-container-name', `${JSON.stringify(name.slice(0, 80))} can't name a container: ${why}`)];
}

function repeated(section: readonly GuestContainer[]): readonly Diagnostic[] {
  const names = section.map((container) => container.name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return twice.map((name) =>
    error('repeated-container', `two containers of one section are named \`${name}\``, ['give one of them a `name`']),
  );
}

function orderFindings(service: GuestService, services: readonly GuestService[]): readonly Diagnostic[] {
  return service.after
    .filter((other) => !services.some((candidate) => candidate.name === other))
    .map((other) => error('unknown-service', `\`${service.name}\` comes after \`${other}\`, which is no service of this assembly`));
}

/** Services that wait for each other would wait for ever. */
function cycleFindings(services: readonly GuestService[]): readonly Diagnostic[] {
  let waiting = new Map(
    services.map((service) => [service.name, service.after.filter((other) => services.some(({ name }) => name === other))]),
  );
  for (;;) {
    const free = [...waiting].filter(([, after]) => after.length === 0).map(([name]) => name);
    if (free.length === 0) break;
    waiting = new Map(
      [...waiting].filter(([name]) => !free.includes(name)).map(([name, after]) => [name, after.filter((other) => !free.includes(other))]),
    );
  }
  const cycle = cycleIn(waiting);
  return cycle.length === 0
    ? []
    : [error('service-cycle', `services wait for each other: ${cycle.map((name) => `\`${name}\``).join(' after ')}`)];
}

/** One cycle, its first name repeated at its end; every node left over has an edge to another of them. */
function cycleIn(waiting: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const start = [...waiting.keys()].sort(compareCodeUnits)[0];
  const path: string[] = [];
  for (let at = start; at !== undefined; at = waiting.get(at)?.[0]) {
    const seen = path.indexOf(at);
    if (seen >= 0) return [...path.slice(seen), at];
    path.push(at);
  }
  return [];
}

/** A field is a line, so nothing in it may hold a line break. */
function lineFindings(record: GuestRecord): readonly Diagnostic[] {
  const fields: readonly (readonly [string, string])[] = [
    ['the assembly', record.assembly],
    ['the runtime', record.runtime],
    ...record.modules.map((module) => ['a module', module] as const),
    ...record.services.flatMap(({ name, ready }) => probeTexts(ready).map((text) => [`the probe of \`${name}\``, text] as const)),
  ];
  return fields
    .filter(([, text]) => /[\n\r\0]/.test(text))
    .map(([what]) => error('line-break', `${what} has a line break or a zero byte, which a guest record can't carry`));
}

function probeTexts(ready: GuestService['ready']): readonly string[] {
  if (ready === undefined) return [];
  switch (ready.kind) {
    case 'tcp':
      return [];
    case 'http':
    case 'file':
      return [ready.path];
    case 'exec':
      return ready.args;
  }
}
