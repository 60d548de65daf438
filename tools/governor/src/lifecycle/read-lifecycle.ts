import { documentLimits, readYaml, validateDocument, type Diagnostic, type Document, type Judged } from '@moby/model';
import type { Lifecycle } from './lifecycle.ts';

/** Where a library's repository keeps its life cycle. */
export const lifecycleFile = 'docs/governance/lifecycle.yaml';

/** The most that is read of it. */
export const maxLifecycleBytes: number = 64 * 1024;

/** A life cycle from its file, strictly. What is wrong with it comes with line and column. */
export async function readLifecycle(text: string, file: string = lifecycleFile): Promise<Judged<Lifecycle>> {
  const read = await readYaml({ file, text, plain: true, limits: { ...documentLimits, maxBytes: maxLifecycleBytes } });
  if (!read.ok) return read;
  const invalid = await validateDocument(read.value, 'lifecycle');
  const { value } = read.value;
  if (invalid.length > 0 || !isLifecycle(value)) return { ok: false, findings: invalid };
  const findings = [...judgeStates(read.value, value), ...judgeTransitions(read.value, value)];
  return findings.length > 0 ? { ok: false, findings } : { ok: true, value, findings: [] };
}

function judgeStates(document: Document, { states }: Lifecycle): readonly Diagnostic[] {
  return states.flatMap(({ name }, index) => {
    const at = ['states', index, 'name'];
    if (name === 'previous') return [wrong(document, at, '`previous` means the state before, and is none itself')];
    return states.findIndex((other) => other.name === name) === index
      ? []
      : [wrong(document, at, `there are two states called \`${name}\``)];
  });
}

function judgeTransitions(document: Document, { states, transitions }: Lifecycle): readonly Diagnostic[] {
  const known = new Set(states.map(({ name }) => name));
  return transitions.flatMap(({ from, to, days = [] }, index) => [
    ...from.flatMap((state, place) => (known.has(state) ? [] : [unknown(document, ['transitions', index, 'from', place], state)])),
    ...(to === 'previous' || known.has(to) ? [] : [unknown(document, ['transitions', index, 'to'], to)]),
    ...days.flatMap(({ atLeast, atMost }, place) =>
      atLeast === undefined && atMost === undefined
        ? [wrong(document, ['transitions', index, 'days', place], 'this says no number of days: `atLeast` or `atMost`')]
        : [],
    ),
  ]);
}

function unknown(document: Document, at: readonly (string | number)[], state: string): Diagnostic {
  return wrong(document, at, `\`${state}\` is none of the states`);
}

function wrong(document: Document, at: readonly (string | number)[], message: string): Diagnostic {
  return { severity: 'error', code: 'invalid-value', message, place: document.placeOf(at) };
}

/** Holds where the schema has nothing against it, which is the proof; here for the compiler. */
function isLifecycle(value: unknown): value is Lifecycle {
  return typeof value === 'object' && value !== null && 'states' in value;
}
