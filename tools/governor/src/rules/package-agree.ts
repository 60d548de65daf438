import { fromNpmVersion, mapUpstream, upstreamOf, type UpstreamMapping } from '@moby/model';
import { isEqualJson, valueAt } from '../json/walk-json.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';
import { repositoryAddress } from './repository-address.ts';
import type { PackageSubject } from '../judge/subject.ts';

export const packageAgree: GovernanceRule = ofPackage({
  id: 'MOBY-M205',
  name: 'package-agree',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'The registry shows the version document, clients unpack the archive, people read upstream’s version. A release that says different things in these places is one thing to who judges it and another to who installs it (manifest confusion).',
  examples: {
    fails: 'npm’s version 8.0.201 with `"upstream": {"version": "8.0.3"}`; a version document without the `requires` of the archive',
    passes: '8.0.301 with 8.0.3, and the version document that npm makes of the archive’s package.json',
  },
  clauses: [
    {
      name: 'upstream',
      when: 'npm’s version and `component.upstream.version` speak of different versions',
      find: disagreement,
    },
    {
      name: 'document-differs',
      when: 'the version document has another value for a key of the archive’s package.json, or lacks the key',
      *find({ json, question }): Iterable<Found> {
        const { announced } = question.release;
        if (!isObject(announced)) return;
        for (const [key, value] of Object.entries(json)) {
          const other = valueAt(announced, [key]);
          if (isEqualJson(value, other) || (key === 'repository' && isSameRepository(value, other))) continue;
          yield {
            at: [key],
            message: `the version document has another \`${key}\` than the package.json of the archive`,
            help: howToPublish,
          };
        }
      },
    },
    {
      name: 'document-adds',
      when: 'the version document has a key that the archive’s package.json lacks, and npm doesn’t add by itself',
      *find({ json, question }): Iterable<Found> {
        const { announced } = question.release;
        if (!isObject(announced)) return;
        for (const key of Object.keys(announced)) {
          if (Object.hasOwn(json, key) || addedByClients.has(key) || (key === 'homepage' && Object.hasOwn(json, 'repository'))) continue;
          yield { message: `the version document has \`${key}\`, which the package.json of the archive lacks`, help: howToPublish };
        }
      },
    },
    {
      name: 'document-unknown',
      when: 'an archive came in without a version document that is an object',
      *find({ question }): Iterable<Found> {
        if (question.door.kind === 'publish' && !isObject(question.release.announced))
          yield { severity: 'review', message: "the version document isn't known, so nobody can say whether it agrees with the archive" };
      },
    },
  ],
});

const howToPublish = 'publish with `moby-compose component publish` or `npm publish`, which make one of the other';

/** What npm, pnpm and yarn write into a version document of their own, and no client acts upon. */
const addedByClients: ReadonlySet<string> = new Set([
  '_id',
  '_nodeVersion',
  '_npmUser',
  '_npmVersion',
  'bugs',
  'contributors',
  'dist',
  'gitHead',
  'maintainers',
  'readme',
  'readmeFilename',
]);

function* disagreement({ json, npmVersion }: PackageSubject): Iterable<Found> {
  const version = npmVersion === undefined ? undefined : fromNpmVersion(npmVersion);
  const text = valueAt(json, ['component', 'upstream', 'version']);
  const mapping = valueAt(json, ['component', 'upstream', 'mapping']) ?? 'dotted';
  if (version === undefined || typeof text !== 'string' || !isMapping(mapping)) return;
  const upstream = mapUpstream(text, mapping);
  if (upstream === undefined || upstream === upstreamOf(version)) return;
  yield {
    at: ['version'],
    message: `\`${npmVersion}\` is ${version}, but upstream's version is ${upstream}`,
    help: "npm's version is upstream's, with patch × 100 + the revision for its patch",
  };
}

function isMapping(value: unknown): value is UpstreamMapping {
  return value === 'dotted' || value === 'patch-letter' || value === 'year-letter' || value === 'dated';
}

/** npm writes a short form out. */
function isSameRepository(own: unknown, announced: unknown): boolean {
  const address = repositoryAddress(own);
  return address !== undefined && address === repositoryAddress(announced);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
