import type { Manifest, PlatformPayload, ServiceDefaults } from '@moby/model';
import { isEqualJson } from '../json/walk-json.ts';
import { isDescription } from '../rules/listed-files.ts';
import type { ChangeKind, ReleaseSide, Seen } from './change-kind.ts';
import { madePaths, pathsThere } from './made-paths.ts';

/** What the packager makes of the payload, and how the service is run by default. */
export const contents: readonly ChangeKind[] = [
  {
    id: 'path-removed',
    requires: 'major',
    when: 'a link, a folder or a file of the component’s own is gone from the payload',
    reference: 'component.md#the-payload',
    *find({ baseline, current, abi }): Iterable<Seen> {
      const told = new Set(abi.breaks.map(({ file }) => file));
      for (const [platform, after] of payloadsOf(current)) {
        const before = new Map(payloadsOf(baseline)).get(platform);
        if (before === undefined) continue;
        const there = pathsThere(current, platform, after);
        for (const path of madePaths(baseline, before))
          if (!there(path) && !told.has(`/${path}`))
            yield { about: `/${path}`, at: ['component', 'payload', 'platforms', platform], sentence: `/${path} is gone` };
      }
    },
  },
  {
    id: 'user-changed',
    requires: 'major',
    when: 'the service runs as another user or group, so that it doesn’t own what it wrote before',
    reference: 'component.md#the-service',
    *find({ baseline, current }): Iterable<Seen> {
      const [before, after] = [baseline.contents.manifest.service?.user, current.contents.manifest.service?.user];
      if (before === undefined || after === undefined || (before.uid === after.uid && before.gid === after.gid)) return;
      const sentence = `it runs as ${after.uid}:${after.gid}, and ran as ${before.uid}:${before.gid}`;
      yield { about: `${after.uid}:${after.gid}`, at: ['component', 'service', 'user'], sentence };
    },
  },
  {
    id: 'default-changed',
    requires: 'minor',
    eased: 'patch-line',
    when: 'a default of the service is another: how it is started, its memory, its writable places, when it counts as ready',
    reference: 'component.md#the-service',
    *find({ baseline, current }): Iterable<Seen> {
      const [before, after] = [baseline.contents.manifest, current.contents.manifest];
      if (before.runtime !== undefined && after.runtime !== undefined && before.runtime.program !== after.runtime.program)
        yield { about: 'runtime.program', at: ['component', 'runtime', 'program'], sentence: `the runtime is ${after.runtime.program}` };
      if (before.service === undefined || after.service === undefined) return;
      for (const [key, name] of defaults)
        if (!isEqualJson(before.service[key], after.service[key]))
          yield {
            about: `service.${name}`,
            at: ['component', 'service', name],
            sentence: `\`${name}\` of the service is another by default`,
          };
    },
  },
  {
    id: 'payload-changed',
    requires: 'patch',
    when: 'the payload has other bytes',
    reference: 'payload-form-1.md',
    *find({ baseline, current }): Iterable<Seen> {
      const before = new Map(payloadsOf(baseline));
      for (const [platform, { digest }] of payloadsOf(current)) {
        const old = before.get(platform)?.digest;
        if (old !== undefined && old !== digest)
          yield {
            about: platform,
            at: ['component', 'payload', 'platforms', platform, 'digest'],
            sentence: `the payload for ${platform} has other bytes`,
          };
      }
    },
  },
  {
    id: 'package-changed',
    requires: 'patch',
    when: 'the package says something else, or has another file',
    reference: 'component.md#the-manifest',
    *find({ baseline, current }): Iterable<Seen> {
      for (const [key, at] of Object.entries(metadata))
        if (!isEqualJson(valuesOf(baseline.contents.manifest)[key], valuesOf(current.contents.manifest)[key]))
          yield { about: key, at, sentence: `\`${key}\` is another` };
      yield* changedFiles(baseline, current);
    },
  },
];

type Default = keyof ServiceDefaults;

/** Of the service, by the manifest's own words. Privileges, users and ports are told by kinds of their own. */
const defaults: readonly (readonly [Default, string])[] = [
  ['after', 'after'],
  ['args', 'args'],
  ['cwd', 'cwd'],
  ['env', 'env'],
  ['memoryBytes', 'memory'],
  ['pids', 'pids'],
  ['ready', 'ready'],
  ['restart', 'restart'],
  ['tmpfs', 'tmpfs'],
];

const metadata: Readonly<Record<string, readonly string[]>> = {
  description: ['description'],
  category: ['component', 'category'],
  'upstream.license': ['component', 'upstream', 'license'],
  'upstream.homepage': ['component', 'upstream', 'homepage'],
};

function valuesOf({ description, category, upstream }: Manifest): Readonly<Record<string, unknown>> {
  return { description, category, 'upstream.license': upstream.license, 'upstream.homepage': upstream.homepage };
}

/** Facts follow from the payload's bytes: they are told of where those are the same. */
const derived: ReadonlySet<string> = new Set(['facts.json', 'symbols.json', 'kernel-symbols.json']);

function* changedFiles(baseline: ReleaseSide, current: ReleaseSide): Iterable<Seen> {
  const [before, after] = [baseline.digests, current.digests];
  if (before === undefined || after === undefined) return;
  const digests = (side: ReleaseSide): unknown => payloadsOf(side).map(([platform, { digest }]) => [platform, digest]);
  const isSamePayload = isEqualJson(digests(baseline), digests(current));
  for (const path of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    if (path === 'package.json' || isDescription(path) || before[path] === after[path] || (derived.has(path) && !isSamePayload)) continue;
    yield {
      about: path,
      sentence: `\`${path}\` is ${after[path] === undefined ? 'gone' : before[path] === undefined ? 'new' : 'another'}`,
    };
  }
}

function payloadsOf({ contents: { manifest } }: ReleaseSide): readonly (readonly [string, PlatformPayload])[] {
  return Object.entries(manifest.payload.platforms).sort(([a], [b]) => (a < b ? -1 : 1));
}
