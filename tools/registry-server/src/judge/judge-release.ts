import { readPackageArchive } from '@moby/content/package-archive';
import {
  catalogue,
  doorDecision,
  fileDigests,
  judge,
  readContents,
  type GovernanceRule,
  type PublishedVersion,
  type Question,
  type ReleaseSignature,
} from '@moby/governor';
import { releaseDigests } from '@moby/registry/pack';
import { differencesOf } from '@moby/trust';
import type { JudgeAnswer, JudgeWork, RuleSet } from './judge-work.ts';

const rulesOf: Readonly<Record<Exclude<RuleSet, 'all'>, readonly string[]>> = {
  promotion: ['digests', 'reproducible'],
  restored: ['attest-subject'],
};

const maxShown = 5;

/** Reads the archives, asks the rules, and decides as the registry's door does. */
export async function judgeRelease(work: JudgeWork): Promise<JudgeAnswer> {
  const archive = await readPackageArchive(work.tarball);
  const { files } = archive;
  const signature = await signatureOf(work, files);
  const question: Question = {
    ...work.question,
    release: { label: '', files, archive, ...work.release },
    published: await publishedOf(work),
    ...(signature === undefined ? {} : { signature }),
  };
  const report = await judge(question, chosenRules(work.rules));
  const all = [...report.findings, ...report.waived.map(({ finding }) => finding)];
  return {
    decision: doorDecision(report, question.publisher),
    isProven: question.payload.kind === 'proven' && !all.some(({ name }) => rulesOf.promotion.includes(name)),
  };
}

function chosenRules(set: RuleSet): readonly GovernanceRule[] {
  return set === 'all' ? catalogue : catalogue.filter(({ name }) => rulesOf[set].includes(name));
}

async function publishedOf({ published, baseline }: JudgeWork): Promise<readonly PublishedVersion[]> {
  if (baseline === undefined) return published;
  const { files } = await readPackageArchive(baseline.tarball);
  const contents = await readContents(files);
  const known = { digests: fileDigests(files), ...(contents === undefined ? {} : { contents }) };
  return published.map((one) => (one.npmVersion === baseline.npmVersion ? { ...one, ...known } : one));
}

/** Whether the statement, whose signature holds, is about exactly this release. */
async function signatureOf(
  { statement, tarball, npmVersion }: JudgeWork,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<ReleaseSignature | undefined> {
  if (statement === undefined) return undefined;
  const { keyid, said, why } = statement;
  const doubtful = (reason: string): ReleaseSignature => ({ keyid, verified: false, byMaintainer: false, why: reason });
  if (why !== undefined) return doubtful(why);
  const [packageJson, contents] = [files.get('package.json'), await readContents(files)];
  if (packageJson === undefined || contents === undefined)
    return doubtful('this is no component, so the statement is about something else');
  const { manifest } = contents;
  const differences = differencesOf(said, releaseDigests({ manifest, npmVersion, tarball, packageJson }));
  if (differences.length > 0) return doubtful(`the statement is not about this release: ${differences.slice(0, maxShown).join('; ')}`);
  return { keyid, verified: true, byMaintainer: true };
}
