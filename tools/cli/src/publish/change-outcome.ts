import { Failure } from '@moby/model';
import { deprecateRelease, promoteRelease, type ChangedRelease, type RegistryWriter } from '@moby/registry/publish';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { bold, type Line } from '../reporter/line.ts';
import { namedRelease } from './named-release.ts';
import { mustBeLoggedIn, openPublisher, shownRegistry } from './open-publisher.ts';

export interface ChangeOptions {
  /** `redis@8.0.2+r1`. */
  readonly release: string;
  readonly registry: readonly string[];
  readonly session: Session;
}

const yankMark = '[yanked]';

/** An empty text takes a deprecation, or a yank, away. */
export async function deprecateOutcome(text: string, options: ChangeOptions): Promise<Outcome> {
  if (text.startsWith(yankMark))
    throw new Failure({
      code: 'usage',
      message: `a text that begins with \`${yankMark}\` takes the version back`,
      hints: [`if that is meant: moby-compose component yank ${options.release} REASON`],
    });
  return changed(options, async (release, writer) => {
    const done = await deprecateRelease(release, text, writer);
    return { done, words: text === '' ? 'is not deprecated any more' : `is deprecated: ${text}`, value: { deprecated: text } };
  });
}

/** What was yanked is chosen by nobody any more; locks that have it go on. */
export async function yankOutcome(reason: string, options: ChangeOptions): Promise<Outcome> {
  if (reason.trim() === '')
    throw new Failure({
      code: 'usage',
      message: 'a yank says why',
      hints: [`component yank ${options.release} "loses data on a full disk"`],
    });
  return changed(options, async (release, writer) => {
    const done = await deprecateRelease(release, `${yankMark} ${reason}`, writer);
    return { done, words: `is yanked: ${reason}`, value: { yanked: reason } };
  });
}

export async function promoteOutcome(options: ChangeOptions): Promise<Outcome> {
  return changed(options, async (release, writer) => {
    const done = await promoteRelease(release, writer);
    return { done, words: 'is `latest`', value: { tag: 'latest' } };
  });
}

interface Change {
  readonly done: ChangedRelease;
  readonly words: string;
  readonly value: object;
}

async function changed(
  { release: text, registry, session }: ChangeOptions,
  work: (release: ReturnType<typeof namedRelease>, writer: RegistryWriter) => Promise<Change>,
): Promise<Outcome> {
  const release = namedRelease(text);
  const publisher = await openPublisher(registry, session);
  try {
    const writer = publisher.writerOf(release.scope);
    mustBeLoggedIn(writer);
    const { done, words, value } = await work(release, writer);
    session.reporter.settle();
    const name = release.npmName.slice(release.scope.length + 1);
    const line: Line = [
      bold(`${name} ${done.version}`),
      ` (npm: ${release.npmName}@${done.npmVersion}) ${words}`,
      done.isUnchanged ? ` · unchanged at ${shownRegistry(writer)}` : ` · at ${shownRegistry(writer)}`,
    ];
    return {
      kind: 'done',
      value: {
        component: name,
        version: done.version,
        package: `${release.npmName}@${done.npmVersion}`,
        registry: writer.label,
        ...value,
        unchanged: done.isUnchanged,
      },
      lines: [line],
    };
  } finally {
    publisher.close();
  }
}
