import { Failure, fromNpmVersion, nearest, parseVersion, revisionOf, toNpmVersion, type Version } from '@moby/model';
import type { RegistryWriter } from './open-registry-writer.ts';
import { packagePath, readDocument, textAt, type RegistryDocument } from './registry-document.ts';
import { Refused } from './write-answer.ts';

/** A version that is published. */
export interface NamedRelease {
  /** npm's name with its scope. */
  readonly npmName: string;
  /** As a person writes it, `8.0.2+r1` or npm's `8.0.201`. */
  readonly version: string;
}

export interface ChangedRelease {
  readonly npmVersion: string;
  readonly version: Version;
  /** It was so before. */
  readonly isUnchanged: boolean;
}

const maxTries = 3;
/** What readers of a registry take of a reason. */
const maxTextLength = 500;

/**
 * Writes a version's deprecation text, as `npm deprecate` does; an empty one takes it away. Where somebody publishes meanwhile, it is done anew.
 * Throws `not-found`, `usage` for a text that can't be shown, `Refused`, `network`.
 */
export async function deprecateRelease(release: NamedRelease, text: string, writer: RegistryWriter): Promise<ChangedRelease> {
  judgeText(text);
  for (let tries = 1; ; tries += 1) {
    const document = await readDocument(release.npmName, writer);
    const found = versionIn(document, release, writer.label);
    if ((textAt(document.versions.get(found.npmVersion), 'deprecated') ?? '') === text) return { ...found, isUnchanged: true };
    try {
      await writer.write({
        method: 'PUT',
        path: packagePath(release.npmName),
        body: withText(document, found.npmVersion, text),
        what: `${release.npmName}@${found.npmVersion}`,
      });
      return { ...found, isUnchanged: false };
    } catch (error) {
      if (!(error instanceof Refused) || ![409, 422].includes(error.answer.status) || tries === maxTries) throw error;
      const now = await readDocument(release.npmName, writer);
      if (JSON.stringify(now.json) === JSON.stringify(document.json)) throw error;
    }
  }
}

/** Makes a version `latest`. Throws `not-found`, `Refused`, `network`. */
export async function promoteRelease(release: NamedRelease, writer: RegistryWriter): Promise<ChangedRelease> {
  const document = await readDocument(release.npmName, writer);
  const found = versionIn(document, release, writer.label);
  if (document.tags.get('latest') === found.npmVersion) return { ...found, isUnchanged: true };
  await writer.write({
    method: 'POST',
    path: `-/moby/v1/package/${packagePath(release.npmName)}/promote`,
    body: { version: found.npmVersion },
    what: `${release.npmName}@${found.npmVersion}`,
  });
  return { ...found, isUnchanged: false };
}

/** The published version that is meant. Throws `not-found` with those that there are. */
export function versionIn(
  { json, versions }: RegistryDocument,
  { npmName, version: text }: NamedRelease,
  label: string,
): Omit<ChangedRelease, 'isUnchanged'> {
  const known = [...versions.keys()].flatMap((npmVersion) => {
    const version = fromNpmVersion(npmVersion);
    return version === undefined ? [] : [{ npmVersion, version }];
  });
  const parsed = parseVersion(text);
  const npmVersion = parsed !== undefined && revisionOf(parsed) > 0 ? toNpmVersion(parsed) : text;
  const found = known.find((one) => one.npmVersion === npmVersion);
  if (found !== undefined) return found;
  const shown = known.map(({ version }) => version);
  const meant = nearest(text, shown);
  throw new Failure({
    code: 'not-found',
    message: json === undefined ? `the registry ${label} has no \`${npmName}\`` : `the registry ${label} has no ${npmName} ${text}`,
    hints: [
      ...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]),
      ...(shown.length === 0 ? [] : [`it has ${shown.slice(-10).join(', ')}`]),
    ],
  });
}

function withText({ json = {}, versions }: RegistryDocument, npmVersion: string, text: string): Readonly<Record<string, unknown>> {
  const changed = Object.fromEntries(
    [...versions].map(([version, document]) => [version, version === npmVersion ? { ...document, deprecated: text } : document]),
  );
  return { ...json, versions: changed, _attachments: {} };
}

function judgeText(text: string): void {
  const why =
    text.length > maxTextLength
      ? `has ${text.length} characters; at most ${maxTextLength} are shown`
      : /[\u0000-\u001f\u007f-\u009f]/.test(text)
        ? 'has a line break or another control character'
        : undefined;
  if (why !== undefined)
    throw new Failure({
      code: 'usage',
      message: `the text ${why}`,
      hints: ['say in one line what is wrong, and what to take in its place'],
    });
}
