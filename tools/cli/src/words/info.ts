import {
  formatBytes,
  Failure,
  nearest,
  parseComponentName,
  toNpmVersion,
  type ComponentName,
  type Manifest,
  type Registry,
  type ServiceDefaults,
  type Source,
} from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { quoted } from '../typed-again.ts';

interface ComponentLine {
  readonly line: string;
  readonly manifest: Manifest;
}

/** All lines of a component, or the one that is named (`redis/8.0`). Throws `not-found` with the nearest name. */
export async function infoOutcome(named: string, registry: Registry): Promise<Outcome> {
  const [text = '', wanted] = named.split('/', 2);
  const name = parseComponentName(text);
  const all = name === undefined ? [] : await linesOf(registry, name);
  if (name === undefined || all.length === 0) throw await unknownComponent(text, registry);
  const lines = wanted === undefined ? all : all.filter(({ line }) => line === wanted);
  if (lines.length === 0) {
    throw new Failure({
      code: 'not-found',
      message: `\`${name}\` has no line \`${wanted ?? ''}\``,
      hints: [`it has ${all.map(({ line }) => `${name}/${line}`).join(', ')}`],
    });
  }
  return {
    kind: 'done',
    value: { name, lines: lines.map(document) },
    lines: lines.flatMap((line, index) => [...(index === 0 ? [] : [[]]), ...words(line)]),
  };
}

async function linesOf(registry: Registry, name: ComponentName): Promise<readonly ComponentLine[]> {
  const lines: ComponentLine[] = [];
  for (const version of await registry.versions(name)) {
    const [line, manifest] = [await registry.line(name, version), await registry.manifest(name, version)];
    lines.push({ line, manifest });
  }
  return lines;
}

async function unknownComponent(text: string, registry: Registry): Promise<Failure> {
  const meant = nearest(text, await registry.names());
  return new Failure({
    code: 'not-found',
    message: `there is no component \`${text}\``,
    hints: [...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]), 'all of them: moby-compose list components'],
  });
}

function words({ line, manifest }: ComponentLine): readonly Line[] {
  const { upstream, kernel, service } = manifest;
  const rows: (readonly Line[])[] = [];
  const row = (key: string, values: readonly string[]): void =>
    values.forEach((value, index) => rows.push([[dim(index === 0 ? key : '')], [value]]));
  row('kind', [`${manifest.kind}, ${manifest.category}`]);
  row('upstream', [`${upstream.version}, ${upstream.license}${upstream.homepage === undefined ? '' : `, ${upstream.homepage}`}`]);
  row('npm', [`${manifest.npmName}@${toNpmVersion(manifest.version)}`]);
  row('provides', pairs(manifest.provides));
  row(
    'requires',
    Object.entries(manifest.requires).map(([need, { range, in: place }]) => `${need} ${range}${place === 'root' ? '' : `, in ${place}`}`),
  );
  row(
    'recommends',
    Object.entries(manifest.recommends).map(([need, { range }]) => `${need} ${range}`),
  );
  row('conflicts', pairs(manifest.conflicts));
  row('exclusive', manifest.exclusive);
  row('modules', kernel?.modules ?? []);
  row('programs', manifest.exec);
  for (const [platform, payload] of Object.entries(manifest.payload.platforms)) {
    row(platform, [`${formatBytes(payload.size)}, ${payload.digest}`, ...payload.sources.map(sourceWords)]);
  }
  if (service !== undefined)
    row('runs', [
      service.args.map(quoted).join(' '),
      `as ${service.user.name} (${service.user.uid}:${service.user.gid}), ${privilegesOf(service)}`,
    ]);
  return [[bold(`${manifest.name}/${line}`), `  ${manifest.version}`], [`  ${manifest.description}`], ...table(rows)];
}

function privilegesOf({ privileged, capabilities }: ServiceDefaults): string {
  if (privileged) return 'privileged';
  return capabilities.length === 0 ? 'no capabilities' : capabilities.join(' ');
}

function pairs(record: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(record).map(([key, value]) => `${key} ${value}`);
}

function sourceWords(source: Source): string {
  if (source.kind === 'files') return 'files of its own';
  return `${source.package} ${source.version} (Debian ${source.suite}${source.factsOnly === true ? ', for facts only' : ''})`;
}

function document({ line, manifest }: ComponentLine): object {
  const { name: _name, npmName, version, payload, ...rest } = manifest;
  return { line, version, npm: `${npmName}@${toNpmVersion(version)}`, ...rest, payload: payload.platforms };
}
