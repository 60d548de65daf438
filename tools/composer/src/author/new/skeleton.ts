import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeVersion, parseVersion, toNpmVersion, Failure, type ComponentName, type ManifestJson } from '@moby/model';
import { blank } from '../blanks.ts';
import { deriveComponent } from '../derive-component.ts';
import type { PayloadReader } from '../payload-reader.ts';
import { ownersText, type NewOwner } from './component-texts.ts';
import { openStage } from './open-stage.ts';

export interface SkeletonRequest {
  /** The library's own, as `@moby`. */
  readonly scope: string;
  readonly name: ComponentName;
  /** Where the library's components lie. */
  readonly folder: string;
  readonly line?: string | undefined;
  readonly force: boolean;
  readonly owner: NewOwner;
  readonly payloads: PayloadReader;
}

export interface SkeletonReport {
  /** `name/line`. */
  readonly component: string;
  /** Below the library's folder. */
  readonly files: readonly string[];
  /** What a hand has to write before it is valid. */
  readonly blanks: readonly string[];
}

/**
 * A component of files of its own, to be filled in: it builds as it is, so that the library stays whole, and `component validate`
 * names what is still to be written. Throws `Failure` (usage, io, no-space).
 */
export async function newSkeleton(request: SkeletonRequest): Promise<SkeletonReport> {
  const { scope, name, folder, line = '1', force, owner, payloads } = request;
  const place = `${name}/${line}`;
  if (!force && existsSync(join(folder, place)))
    throw new Failure({
      code: 'usage',
      message: `\`${place}\` is there already`,
      hints: ['another line: --line N.M', 'all of it anew: --force'],
    });
  const stage = await openStage(folder);
  try {
    await stage.write(
      `${place}/files/usr/bin/${name}`,
      `#!/bin/sh\n# ${blank(`what \`${name}\` does`)}\necho '${name}: nothing to do yet'\n`,
    );
    const json = skeletonManifest({ scope, name, line });
    const derived = await deriveComponent({ folder: stage.folderOf(name, line), component: place, json, payloads });
    await stage.write(`${place}/facts.json`, derived.factsText);
    await stage.write(`${place}/package.json`, derived.packageText);
    await stage.write(`${name}/README.md`, `# ${name}\n\n${blank('what it is, what it is configured with, and what is left out')}\n`);
    await stage.write(`${name}/OWNERS.yaml`, ownersText(owner));
    const files = await stage.commit(name, line);
    return {
      component: place,
      files,
      blanks: [
        `description and component.upstream.license in ${place}/package.json`,
        `what it does, in ${place}/files/usr/bin/${name}`,
        ...(files.includes(`${name}/README.md`) ? [`${name}/README.md`] : []),
        ...(owner.name === undefined && files.includes(`${name}/OWNERS.yaml`) ? [`the name in ${name}/OWNERS.yaml`] : []),
      ],
    };
  } finally {
    await stage.close();
  }
}

function skeletonManifest({ scope, name, line }: Pick<SkeletonRequest, 'scope' | 'name'> & { readonly line: string }): ManifestJson {
  const upstream = [...line.split('.'), '0', '0'].slice(0, 3).join('.');
  if (parseVersion(upstream) === undefined)
    throw new Failure({ code: 'usage', message: `\`${line}\` is not a line: \`N\`, \`N.M\` or \`N.M.P\``, hints: ['--line 1.0'] });
  return {
    name: `${scope}/${name}`,
    version: toNpmVersion(makeVersion(upstream, 1)),
    description: blank('what it is, as a phrase'),
    license: 'Apache-2.0',
    files: ['facts.json', 'files/'],
    component: {
      kind: 'tool',
      category: 'utility',
      upstream: { version: upstream, license: blank('SPDX expression of its files') },
      requires: { busybox: '*' },
      payload: { form: 1, platforms: { 'linux/amd64': { sources: [{ kind: 'files', executable: ['usr/bin/*'] }] } } },
      expect: [{ run: [name] }],
    },
  };
}
