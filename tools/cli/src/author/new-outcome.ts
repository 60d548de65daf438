import { dirname, join, relative, resolve } from 'node:path';
import { newComponent, newSkeleton, openArchive, openPayloadReader, storeFolder } from '@moby/composer';
import { openContentStore } from '@moby/content';
import { Failure, parseComponentName, type ComponentName } from '@moby/model';
import type { Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';
import { registryOf } from '../registry-of.ts';
import { libraryScope } from '../library/library-scope.ts';
import { componentFoldersOf, findLibrary } from '../places.ts';
import { surroundingsOf, type WorldFlags } from '../surroundings.ts';
import { createdLines, nextAfterNew, nextAfterSkeleton, skeletonLines } from '../words/created.ts';
import { ownerSteps } from '../words/owner-steps.ts';
import { newOwner, type OwnerFlags } from './new-owner.ts';

export interface NewOptions {
  readonly name: string;
  readonly from: string | undefined;
  readonly line: string | undefined;
  readonly force: boolean;
  readonly withLibraries: boolean;
  readonly flags: WorldFlags & OwnerFlags;
  readonly session: Session;
}

export async function newOutcome(options: NewOptions): Promise<Outcome> {
  const { force, withLibraries, flags, session } = options;
  const name = nameOf(options.name);
  const from = options.from === undefined ? undefined : sourceOf(options.from);
  const line = options.line === undefined ? undefined : lineOf(options.line);
  if (from === undefined && withLibraries) throw usage('`--with-libraries` goes with `--from`', ['--from deb:PACKAGE@SUITE']);
  const folder = targetFolder(flags);
  const owner = await newOwner(flags, folder);
  const isTyped = [flags.owner, flags['owner-github'], flags['owner-id']].some((value) => value !== undefined);
  const { reporter } = session;
  const surroundings = await surroundingsOf(flags, session);
  const store = openContentStore(storeFolder(process.env));
  const archive = openArchive({ surroundings, store, isOffline: false });
  const payloads = openPayloadReader({ store, download: archive.download, warn: reporter.warn });
  const scope = await libraryScope(dirname(folder));
  const place = labelOf(folder);
  try {
    if (from === undefined) {
      const report = await newSkeleton({ scope, name, folder, line, force, owner, payloads });
      reporter.settle();
      const next = [...nextAfterSkeleton(report, flags), ...ownerSteps({ files: report.files, place, owner, isTyped })];
      return { kind: 'done', value: report, lines: skeletonLines(report, place), next };
    }
    const { openSuite, download } = archive;
    const registry = await registryOf(flags, session);
    const report = await newComponent({
      scope,
      name,
      folder,
      from,
      line,
      force,
      withLibraries,
      owner,
      registry,
      openSuite,
      download,
      store,
      payloads,
      warn: reporter.warn,
      progress: reporter,
    });
    reporter.settle();
    return {
      kind: 'done',
      value: report,
      lines: createdLines(report, place),
      next: [
        ...nextAfterNew(report, { from, line, owner: flags, components: flags.components, debianMirror: flags['debian-mirror'] }),
        ...ownerSteps({ files: report.created.flatMap(({ files }) => files), place, owner, isTyped }),
      ],
    };
  } finally {
    archive.close();
  }
}

function nameOf(text: string): ComponentName {
  const name = parseComponentName(text);
  if (name !== undefined) return name;
  const near = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-$/g, '');
  throw usage(
    `\`${text}\` can't be a component's name: lowercase letters, digits, single dashes, a letter first`,
    near === '' ? [] : [`perhaps \`${near}\``],
  );
}

const movingSuites: readonly string[] = ['stable', 'oldstable', 'oldoldstable', 'testing', 'unstable', 'experimental'];

function sourceOf(text: string): { readonly package: string; readonly suite: string } {
  const match = /^deb:([a-z0-9][a-z0-9.+-]+)@([a-z]+(?:-backports)?)$/.exec(text);
  const [, name, suite] = match ?? [];
  if (name === undefined || suite === undefined)
    throw usage(`\`${text}\` names no package of a suite`, ['--from deb:PACKAGE@SUITE, as deb:memcached@trixie']);
  if (movingSuites.includes(suite.replace(/-backports$/, '')))
    throw usage(`\`${suite}\` is another suite from time to time`, ['name it by its code name, as @trixie']);
  return { package: name, suite };
}

function lineOf(text: string): string {
  if (/^(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){0,2}$/.test(text)) return text;
  throw usage(`\`${text}\` is not a line: \`N\`, \`N.M\` or \`N.M.P\``, ['--line 1.6']);
}

/** The first folder of `--components`, else the library's. */
function targetFolder(flags: WorldFlags): string {
  const [first] = componentFoldersOf(flags);
  if (first !== undefined) return resolve(first);
  const library = findLibrary(process.cwd());
  if (library !== undefined) return join(library, 'components');
  throw new Failure({
    code: 'not-found',
    message: 'there is no library here to put a component into',
    hints: ['go to the folder that holds `components/` and `assemblies/`, or name one: --components DIR'],
  });
}

function labelOf(folder: string): string {
  const near = relative(process.cwd(), folder);
  return near === '' ? '.' : near.startsWith('../../') ? folder : near;
}

function usage(message: string, hints: readonly string[]): Failure {
  return new Failure({ code: 'usage', message, hints });
}
