import { basename } from 'node:path';
import { proveComponent, validateComponent, type Proof } from '@moby/composer';
import { Failure, isInLine, type ContentStore, type Diagnostic } from '@moby/model';
import { packComponent } from '@moby/registry/pack';
import { frozen, readReadme, signedStatement, standingOf, type Release, type RegistryWriter, type Standing } from '@moby/registry/publish';
import type { SigningKey } from '@moby/trust';
import type { ComponentPlace } from '../author/find-components.ts';
import { compareWithPublished, type BumpReport } from './compare-with-published.ts';
import { mustBeLoggedIn, type Publisher } from './open-publisher.ts';

/** A line that could be published. */
export interface PreparedRelease {
  readonly release: Release;
  readonly writer: RegistryWriter;
  readonly standing: Standing;
  readonly proof: Proof;
  readonly bump: BumpReport | undefined;
  readonly signedBy: string | undefined;
}

export interface PrepareWorld {
  readonly publisher: Publisher;
  readonly store: ContentStore;
  readonly cacheFolder: string;
  readonly key: SigningKey | undefined;
  readonly tag: string | undefined;
  /** Nobody has to be logged in. */
  readonly isDryRun: boolean;
  readonly warn: (finding: Diagnostic) => void;
}

/** Everything that can be told before a byte is sent; errors are findings. Throws what reading and the registry throw. */
export async function prepareRelease(
  place: ComponentPlace,
  world: PrepareWorld,
): Promise<{ readonly prepared?: PreparedRelease; readonly findings: readonly Diagnostic[] }> {
  const { findings, manifest } = await validateComponent(place);
  if (manifest === undefined || findings.some(({ severity }) => severity === 'error')) return { findings };
  const { publisher, store, key, tag, warn } = world;
  const writer = publisher.writerOf(manifest.npmName.slice(0, manifest.npmName.indexOf('/')));
  if (!world.isDryRun) mustBeLoggedIn(writer);
  const proof = await proveComponent({ folder: place.folder, store, warn });
  if (proof.findings.length > 0) return { findings: [...findings, ...proof.findings] };
  const packed = await packComponent(place.folder, place.label);
  const standing = await standingOf(packed, writer);
  if (standing.kind === 'other') return { findings: [...findings, ...frozen(packed, place.label, standing.free).findings] };
  const line = basename(place.folder);
  if (!isInLine(manifest.version, line))
    throw new Failure({ code: 'invalid-input', message: `\`${line}\` is no line of ${manifest.version}` });
  const bundle = key === undefined ? undefined : await signedStatement(key, packed);
  return {
    findings,
    prepared: {
      release: { packed, label: place.label, line, tag, readme: await readReadme(place), bundle },
      writer,
      standing,
      proof,
      bump: standing.kind === 'same' ? undefined : await compareWithPublished({ place, packed, line, writer, ...world }),
      signedBy: key?.keyid,
    },
  };
}
