import { fromNpmVersion, type Version } from '@moby/model';
import type { Maintainer } from '../documents.ts';
import type { ComponentRecord } from '../records.ts';

const maxMaintainers = 50;

/** What a package's own document says beside its versions: tags, when each version came, and whom npm calls its maintainers. */
export function packageRecord(packument: unknown): ComponentRecord {
  if (!isRecord(packument)) return {};
  const tags: Record<string, Version> = {};
  for (const [tag, npmVersion] of Object.entries(recordOf(packument['dist-tags']))) {
    const version = typeof npmVersion === 'string' ? fromNpmVersion(npmVersion) : undefined;
    if (version !== undefined) tags[tag] = version;
  }
  const published: Record<string, string> = {};
  for (const [npmVersion, at] of Object.entries(recordOf(packument['time']))) {
    const version = fromNpmVersion(npmVersion);
    if (version !== undefined && typeof at === 'string' && /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/.test(at)) published[version] = at;
  }
  const maintainers = maintainersOf(packument['maintainers']);
  return { tags, published, ...(maintainers.length === 0 ? {} : { maintainers }) };
}

function maintainersOf(list: unknown): readonly Maintainer[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, maxMaintainers).flatMap((one: unknown) => {
    const { name } = recordOf(one);
    return typeof name === 'string' ? [{ name }] : [];
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
