import { documentLimits, readYaml, validateDocument, type Diagnostic, type Document, type Judged } from '@moby/model';
import { catalogue } from '../rules/catalogue.ts';
import { waitingRules } from '../rules/waiting-rules.ts';
import { isDay } from './is-day.ts';
import { policyFile } from './policy-file.ts';
import { defaultPolicy, type Policy } from './policy.ts';

/** The most that is read of it. */
export const maxPolicyBytes: number = 64 * 1024;

/** `policy.v1.schema.json`: a policy that may leave out everything. */
type WrittenPolicy = Partial<Omit<Policy, 'licenses' | 'forms' | 'changeLimits' | 'roles'>> & {
  readonly [Key in 'licenses' | 'forms' | 'changeLimits' | 'roles']?: Partial<Policy[Key]>;
};

/**
 * A policy from its file, strictly: plain YAML, known keys, rules that there are. What it leaves out is as in `defaultPolicy`. What is
 * wrong with it comes with line and column; nothing of it counts then.
 */
export async function readPolicy(text: string, file: string = policyFile): Promise<Judged<Policy>> {
  const read = await readYaml({ file, text, plain: true, limits: { ...documentLimits, maxBytes: maxPolicyBytes } });
  if (!read.ok) return read;
  const document = { ...read.value, value: read.value.value ?? {} };
  const invalid = await validateDocument(document, 'policy');
  const { value } = document;
  if (invalid.length > 0 || !isWritten(value)) return { ok: false, findings: invalid };
  const findings = [...judgeWaivers(document, value), ...judgeGroups(document, value)];
  return findings.length > 0 ? { ok: false, findings } : { ok: true, value: completed(value), findings: [] };
}

function completed(written: WrittenPolicy): Policy {
  return {
    ...defaultPolicy,
    ...written,
    licenses: { ...defaultPolicy.licenses, ...written.licenses },
    forms: { ...defaultPolicy.forms, ...written.forms },
    changeLimits: { ...defaultPolicy.changeLimits, ...written.changeLimits },
    roles: { ...defaultPolicy.roles, ...written.roles },
  };
}

function judgeWaivers(document: Document, { waivers = [] }: WrittenPolicy): readonly Diagnostic[] {
  const waiting = waitingRules.flatMap(({ rules }) => Object.keys(rules));
  const known = new Set([...catalogue.map(({ id }) => id), ...waiting]);
  return waivers.flatMap(({ rule, until }, index) => [
    ...(known.has(rule) ? [] : [wrong(document, ['waivers', index, 'rule'], `\`${rule}\` is the number of no rule`)]),
    ...(until === undefined || isDay(until)
      ? []
      : [wrong(document, ['waivers', index, 'until'], `\`${until}\` is no day of the calendar`)]),
  ]);
}

function judgeGroups(document: Document, { batchGroups = [] }: WrittenPolicy): readonly Diagnostic[] {
  return batchGroups.flatMap(({ name }, index) =>
    batchGroups.findIndex((group) => group.name === name) === index
      ? []
      : [wrong(document, ['batchGroups', index, 'name'], `there are two groups called \`${name}\``)],
  );
}

function wrong(document: Document, at: readonly (string | number)[], message: string): Diagnostic {
  return { severity: 'error', code: 'invalid-value', message, place: document.placeOf(at) };
}

/** Holds where the schema has nothing against it, which is the proof; here for the compiler. */
function isWritten(value: unknown): value is WrittenPolicy {
  return typeof value === 'object' && value !== null;
}
