import { openArchive, openPayloadReader, openPinFinder, storeFolder, type Archive, type Surroundings } from '@moby/composer';
import { openContentStore } from '@moby/content';
import { expiredWaivers, policyFile, type ReviewReport } from '@moby/governor';
import { isPlainName } from '@moby/governor/collect';
import { Failure, type Diagnostic } from '@moby/model';
import { gitPerson } from '../author/git-user.ts';
import type { Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';
import { sweptOutcome, type Swept } from '../words/swept.ts';
import { commitChange, type SweptBranch } from './commit-change.ts';
import { findOrphans } from './find-orphans.ts';
import { findUpdates, type LineNews } from './find-updates.ts';
import { parsePerson, parseTime, type Committer } from './git/sweep-commit.ts';
import { reviewCacheFolder } from '../review/review-cache-folder.ts';
import { judgeCommit, type ToJudge } from './judge-commit.ts';
import { stageLibrary, type StagedLibrary } from './stage-library.ts';
import { branchOf, groupUpdates, policyWithout, updateBody, waiversBranch, waiverWords } from './sweep-plans.ts';
import { openSweepWorld, type SweepWorld } from './sweep-world.ts';
import { updateLines } from './update-lines.ts';

export interface SweepOptions {
  /** A clone's top folder, or a bare repository. */
  readonly folder: string;
  readonly revision: string;
  /** Only what belongs on these branches; everything where it is empty. */
  readonly branches: readonly string[];
  readonly isDryRun: boolean;
  readonly author: string | undefined;
  readonly date: string | undefined;
  readonly debianMirror: string | undefined;
  readonly session: Session;
}

/**
 * Looks through a library, and writes what is due as branches. What can't be done for one component is told, and the rest goes on. Throws
 * `unreadable-repository`, `not-found`, `usage`, `invalid-input`, `io`, `no-space`; and what every component failed of, as `network`.
 */
export async function sweepOutcome(options: SweepOptions): Promise<Outcome> {
  const seconds = secondsOf(options.date);
  const day = new Date(seconds * 1000).toISOString().slice(0, 10);
  const world = await openSweepWorld(options.folder, options.revision);
  const committer = options.isDryRun ? undefined : { ...(await personOf(options.author, world.folder)), seconds };
  const staged = await stageLibrary(world.repository, world.base);
  try {
    const swept = await sweep({ options, world, staged, committer, day });
    options.session.reporter.settle();
    return sweptOutcome({ ...swept, revision: options.revision, commit: world.base.oid, day });
  } finally {
    await staged.close();
  }
}

interface Sweep {
  readonly options: SweepOptions;
  readonly world: SweepWorld;
  readonly staged: StagedLibrary;
  /** Missing where nothing is written. */
  readonly committer: Committer | undefined;
  readonly day: string;
}

async function sweep({ options, world, staged, committer, day }: Sweep): Promise<Omit<Swept, 'revision' | 'commit' | 'day'>> {
  const { session } = options;
  const { components, odd } = staged;
  const wants = (branch: string): boolean => options.branches.length === 0 || options.branches.includes(branch);
  const orphans = await findOrphans(world.tree, { components, lifecycle: world.lifecycle, today: day });
  const expired = expiredWaivers(world.policy, day);
  const surroundings = surroundingsOf(staged, options);
  const store = openContentStore(storeFolder(process.env));
  const archive = openArchive({ surroundings, store, isOffline: false });
  const openSuite = onceEach(archive.openSuite);
  const warn = session.reporter.warn;
  const judge = judgeOf(world, day);
  try {
    const lines = staged.lines.filter((line) => wants(branchOf(line, world.policy)));
    const isOdd = (line: string): boolean => odd.has(line) || !isPlainName(branchOf(line, world.policy));
    const findings = lines.filter(isOdd).map(oddFinding);
    const plain = lines.filter((line) => !isOdd(line));
    const news = await findUpdates({ folder: staged.folder, lines: plain, openSuite, warn, progress: session.reporter });
    refuseNoNetwork(news);
    const branches: SweptBranch[] = [];
    if (expired.length > 0 && wants(waiversBranch))
      branches.push(await dropWaivers({ world, committer, judge: judge(new Map()) }, expired));
    const newer = news.filter((one) => one.kind === 'newer');
    for (const [branch, group] of groupUpdates(newer, world.policy)) {
      const subject = `build(${group.map(({ component }) => component).join(', ')}): newer packages`;
      if (committer === undefined) {
        branches.push({ branch, subject, action: 'planned', files: group.map(({ component }) => `components/${component}/package.json`) });
        continue;
      }
      const finder = openPinFinder({ open: openSuite, warn: () => undefined });
      const payloads = openPayloadReader({ store, download: archive.download, warn });
      const updated = await updateLines({ staged, lines: group, surroundings, finder, payloads });
      findings.push(...updated.findings);
      const done = group.filter(({ component }) => updated.versions.has(component));
      if (updated.changes.size === 0) {
        branches.push({ branch, subject, action: 'failed', why: 'nothing of it could be updated', files: [] });
        continue;
      }
      const body = done.flatMap((line) => updateBody(line, updated.versions.get(line.component) ?? line.version));
      const { changes, payloads: derived } = updated;
      branches.push(await commitChange({ world, committer, judge: judge(derived), branch, subject, body, changes }));
    }
    const stuck = news.flatMap((one) => (one.kind === 'stuck' ? [one.finding] : []));
    const all = [...findings, ...stuck].map((finding) => withoutFolder(finding, staged.folder));
    return { orphans, expired: expired.map(({ waiver }) => waiver), news, branches, findings: all };
  } finally {
    archive.close();
  }
}

interface Context {
  readonly world: SweepWorld;
  readonly committer: Committer | undefined;
  readonly judge: (head: string) => Promise<ReviewReport>;
}

async function dropWaivers({ world, committer, judge }: Context, expired: ReturnType<typeof expiredWaivers>): Promise<SweptBranch> {
  const branch = waiversBranch;
  const subject = 'chore(governance): waivers that are over';
  if (committer === undefined) return { branch, subject, action: 'planned', files: [policyFile] };
  const text = await policyWithout(world.policyText ?? '', expired);
  const before = (await world.tree.filesBelow('docs/governance', 1000)).get(policyFile.replace('docs/governance/', ''));
  const changes = new Map([[policyFile, { ...(before === undefined ? {} : { before }), bytes: Buffer.from(text) }]]);
  const body = expired.map(({ waiver }) => `- ${waiverWords(waiver)}`);
  return commitChange({ world, branch, subject, body, changes, committer, judge });
}

function judgeOf({ folder, base }: SweepWorld, today: string): (payloads: ToJudge['payloads']) => Context['judge'] {
  const cacheFolder = reviewCacheFolder(process.env);
  return (payloads) => (head) => judgeCommit({ folder, base: base.oid, head, today, cacheFolder, payloads });
}

/** The staged library is all that there is: nothing of the folder that somebody stands in. */
function surroundingsOf({ folder }: StagedLibrary, { debianMirror, session }: SweepOptions): Surroundings {
  return {
    library: folder,
    componentFolders: [],
    registries: undefined,
    currentFolder: folder,
    environment: process.env,
    debianMirror,
    blobMirrors: { addresses: [], plainHttp: false },
    now: () => new Date(),
    progress: session.reporter,
    warn: (finding) => session.reporter.warn(finding),
    signal: session.signal,
  };
}

/** An index is read once a run, and one that can't be had is asked for once. */
function onceEach(openSuite: Archive['openSuite']): Archive['openSuite'] {
  const opened = new Map<string, ReturnType<Archive['openSuite']>>();
  return (which) => {
    const key = `${which.suite} ${which.architecture}`;
    const suite = opened.get(key) ?? openSuite(which);
    opened.set(key, suite);
    return suite;
  };
}

const unavailable: readonly string[] = ['network', 'no-mirror', 'offline', 'denied'];

/** Where the archive answered nothing of what it was asked, the sweep has not taken place. */
function refuseNoNetwork(news: readonly LineNews[]): void {
  const stuck = news.filter((one) => one.kind === 'stuck').filter(({ finding }) => unavailable.includes(finding.code));
  const [first] = stuck;
  const asked = news.filter((one) => one.kind !== 'current' || one.isAsked);
  if (first === undefined || stuck.length < asked.length) return;
  throw new Failure({
    code: first.finding.code === 'no-mirror' ? 'no-mirror' : 'network',
    message: `no component could be looked up: ${first.finding.message}`,
    hints: first.finding.hints ?? [],
  });
}

function oddFinding(line: string): Diagnostic {
  return {
    severity: 'error',
    code: 'invalid-input',
    message: `\`${line}\` holds a link or a submodule, or has a name that no branch can have, and is not looked at`,
    hints: ['what may be in a library: npx moby-compose review explain MOBY-G005, and MOBY-N301'],
  };
}

/** Messages speak of files as the library has them. */
function withoutFolder(finding: Diagnostic, folder: string): Diagnostic {
  const near = (text: string): string => text.replaceAll(`${folder}/`, '');
  const { message, details, hints, place } = finding;
  return {
    ...finding,
    message: near(message),
    ...(details === undefined ? {} : { details: details.map(near) }),
    ...(hints === undefined ? {} : { hints: hints.map(near) }),
    ...(place === undefined ? {} : { place: { ...place, file: near(place.file) } }),
  };
}

function secondsOf(date: string | undefined): number {
  if (date !== undefined) return parseTime(date, '`--date`');
  const epoch = process.env['SOURCE_DATE_EPOCH'] ?? '';
  return epoch === '' ? Math.floor(Date.now() / 1000) : parseTime(epoch, 'SOURCE_DATE_EPOCH');
}

async function personOf(author: string | undefined, folder: string): Promise<{ readonly name: string; readonly email: string }> {
  if (author !== undefined) return parsePerson(author);
  const person = await gitPerson(folder);
  if (person !== undefined) return parsePerson(`${person.name} <${person.email}>`);
  throw new Failure({
    code: 'usage',
    message: 'nobody is known who would write the commits',
    hints: ["--author 'Ann <ann@example.com>'", 'or set user.name and user.email: git config'],
  });
}
