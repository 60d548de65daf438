import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseFacts } from '@moby/abi';
import {
  Failure,
  factsSources,
  isInLine,
  parseManifest,
  readJson,
  readYaml,
  validateDocument,
  type Diagnostic,
  type Document,
  type Manifest,
} from '@moby/model';
import { blankLines, judgeBlanks } from './blanks.ts';
import { kernelSymbolsFile } from './build-component.ts';
import { readText } from './component-folder.ts';
import { isDeb, isFiles } from './found-pin.ts';
import { judgePaths } from './judge-paths.ts';

export interface ValidationReport {
  /** `name/line`. */
  readonly component: string;
  /** Missing where package.json itself is wrong. */
  readonly manifest: Manifest | undefined;
  readonly findings: readonly Diagnostic[];
}

export interface ValidateRequest {
  readonly folder: string;
  /** What messages call the folder, as `components/redis/8.0`. */
  readonly label: string;
}

/**
 * Everything that can be said about a component without its payload: schema, name, line and version, paths, facts for
 * the payload that the manifest names, OWNERS.yaml, README.md. Throws `Failure` only where the folder can't be read.
 */
export async function validateComponent({ folder, label }: ValidateRequest): Promise<ValidationReport> {
  const component = `${basename(dirname(folder))}/${basename(folder)}`;
  const file = `${label}/package.json`;
  const text = await readText(join(folder, 'package.json'));
  const beside = [...(await judgeOwners(dirname(folder), dirname(label))), ...(await judgeReadme(dirname(folder), dirname(label)))];
  const parsed = await parseManifest({ file, text });
  const document = await readJson({ file, text });
  if (!parsed.ok || !document.ok) return { component, manifest: undefined, findings: [...parsed.findings, ...beside] };
  const subject: Subject = { folder, label, manifest: parsed.value, document: document.value };
  const findings = [
    ...parsed.findings,
    ...judgeLine(subject),
    ...judgeKind(subject),
    ...judgeSources(subject),
    ...judgePaths(subject.manifest, subject.document),
    ...judgeBlanks(subject.document),
    ...(await judgeFacts(subject)),
    ...beside,
  ];
  return { component, manifest: parsed.value, findings };
}

interface Subject {
  readonly folder: string;
  readonly label: string;
  readonly manifest: Manifest;
  readonly document: Document;
}

function judgeLine({ folder, manifest, document }: Subject): readonly Diagnostic[] {
  const name = basename(dirname(folder));
  const line = basename(folder);
  const findings: Diagnostic[] = [];
  if (manifest.name !== name) {
    findings.push({
      severity: 'error',
      code: 'wrong-folder',
      message: `\`${manifest.name}\` lies in the folder of \`${name}\``,
      place: document.placeOf(['name']),
    });
  }
  if (!/^[0-9]+(?:\.[0-9]+){0,2}$/.test(line)) {
    findings.push({
      severity: 'error',
      code: 'wrong-line',
      message: `\`${line}\` is not a line: \`N\`, \`N.M\` or \`N.M.P\``,
      place: document.placeOf(['name']),
    });
  } else if (!isInLine(manifest.version, line)) {
    findings.push({
      severity: 'error',
      code: 'wrong-line',
      message: `version ${manifest.version} is not in the line \`${line}\``,
      place: document.placeOf(['version']),
    });
  }
  return findings;
}

/** A machine has one kernel and one init, and finds its runtime by capability: the kind says what has to be offered. */
function judgeKind({ manifest, document }: Subject): readonly Diagnostic[] {
  const wanted = { kernel: 'kernel:', init: 'init:', runtime: 'runtime:' };
  const findings: Diagnostic[] = [];
  for (const [kind, prefix] of Object.entries(wanted)) {
    if (manifest.kind !== kind) continue;
    if (!Object.keys(manifest.provides).some((name) => name.startsWith(prefix))) {
      findings.push({
        severity: 'error',
        code: 'kind-offers-nothing',
        message: `a component of kind \`${kind}\` provides a capability \`${prefix}…\``,
        place: document.placeOf(['component', 'kind']),
      });
    }
    if (kind !== 'runtime' && !manifest.exclusive.includes(`slot:${kind}`)) {
      findings.push({
        severity: 'error',
        code: 'kind-without-slot',
        message: `a component of kind \`${kind}\` takes \`slot:${kind}\` (\`exclusive\`)`,
        place: document.placeOf(['component', 'kind']),
      });
    }
  }
  if (manifest.kind === 'service' && (manifest.service === undefined || manifest.service.args.length === 0)) {
    findings.push({
      severity: 'error',
      code: 'service-without-args',
      message: 'a component of kind `service` says under `service.args` what is run',
      place: document.placeOf(['component', 'kind']),
    });
  }
  return findings;
}

/** Names that move from release to release: a pin found under one could not be found again. */
const movingSuites: readonly string[] = ['stable', 'oldstable', 'oldoldstable', 'testing', 'unstable', 'experimental'];

function judgeSources({ folder, label, manifest, document }: Subject): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  let wantsFiles = false;
  for (const [platform, payload] of Object.entries(manifest.payload.platforms)) {
    for (const [index, source] of payload.sources.entries()) {
      const path = ['component', 'payload', 'platforms', platform, 'sources', index];
      if (isDeb(source) && movingSuites.includes(source.suite)) {
        findings.push({
          severity: 'error',
          code: 'moving-suite',
          message: `\`${source.suite}\` is another suite from time to time`,
          place: document.placeOf([...path, 'suite']),
          hints: ['write the code name, as `trixie`'],
        });
      }
      wantsFiles ||= isFiles(source);
    }
  }
  if (wantsFiles !== existsSync(join(folder, 'files'))) {
    const message = wantsFiles
      ? `a source of kind \`files\` stands in the payload, and \`${label}/files\` is missing`
      : `\`${label}/files\` is there, and no source of kind \`files\` takes it`;
    findings.push({ severity: 'error', code: 'files-mismatch', message, place: document.placeOf(['component', 'payload']) });
  }
  const optional = [
    ...(existsSync(join(folder, 'symbols.json')) ? ['symbols.json'] : []),
    ...(Object.values(manifest.payload.platforms).some((payload) => factsSources(payload).length > 0) ? [kernelSymbolsFile] : []),
    ...(wantsFiles ? ['files/'] : []),
  ];
  return [...findings, ...judgePublished(document, optional)];
}

/** What npm packs beside package.json and README.md: facts.json always, symbols.json, kernel-symbols.json and files/ where there are any. */
function judgePublished(document: Document, optional: readonly string[]): readonly Diagnostic[] {
  const value = document.value;
  const listed =
    typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files) ? value.files.map(String) : [];
  const missing = ['facts.json', ...optional].filter((name) => !listed.includes(name) && !listed.includes(name.replace(/\/$/, '')));
  if (missing.length === 0) return [];
  const message = `\`files\` lacks ${missing.map((name) => `\`${name}\``).join(' and ')}: npm would publish the component without`;
  return [{ severity: 'error', code: 'unpublished-files', message, place: document.placeOf(['files']) }];
}

async function judgeFacts({ folder, label, manifest, document }: Subject): Promise<readonly Diagnostic[]> {
  const hints = [`npx moby-compose component build ${basename(dirname(folder))}/${basename(folder)}`];
  const file = join(folder, 'facts.json');
  if (!existsSync(file))
    return [
      {
        severity: 'error',
        code: 'facts-missing',
        message: `\`${label}/facts.json\` is missing: nothing of the payload is known`,
        place: document.placeOf(['component', 'payload']),
        hints,
      },
    ];
  let facts;
  try {
    facts = parseFacts(await readText(file), `${label}/facts.json`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ severity: 'error', code: 'facts-invalid', message: error.message, hints }];
  }
  return Object.entries(manifest.payload.platforms).flatMap(([platform, payload]): readonly Diagnostic[] => {
    const told = Object.entries(facts.platforms).find(([name]) => name === platform)?.[1];
    if (told?.payload === payload.digest) return [];
    const message =
      told === undefined
        ? `\`${label}/facts.json\` has no facts for ${platform}`
        : `\`${label}/facts.json\` is of another payload than the manifest names for ${platform}`;
    return [
      {
        severity: 'error',
        code: 'facts-stale',
        message,
        place: document.placeOf(['component', 'payload', 'platforms', platform, 'digest']),
        hints,
      },
    ];
  });
}

async function judgeOwners(folder: string, label: string): Promise<readonly Diagnostic[]> {
  const path = join(folder, 'OWNERS.yaml');
  const file = `${label}/OWNERS.yaml`;
  if (!existsSync(path))
    return [{ severity: 'error', code: 'owners-missing', message: `\`${file}\` is missing: nobody answers for the component` }];
  const document = await readYaml({ file, text: await readText(path) });
  return document.ok ? [...(await validateDocument(document.value, 'owners')), ...judgeBlanks(document.value)] : document.findings;
}

async function judgeReadme(folder: string, label: string): Promise<readonly Diagnostic[]> {
  const path = join(folder, 'README.md');
  const file = `${label}/README.md`;
  const text = existsSync(path) ? await readText(path) : '';
  if (text.trim() !== '') return blankLines(text).map((line) => unwritten(file, line));
  return [
    {
      severity: 'error',
      code: 'readme-missing',
      message: `\`${file}\` is missing or empty: say what the component is and what is left out`,
    },
  ];
}

function unwritten(file: string, line: number): Diagnostic {
  return { severity: 'error', code: 'blank', message: `line ${line} of \`${file}\` is still to be written` };
}
