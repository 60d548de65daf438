import { Failure, type Diagnostic } from '@moby/model';
import { Refused } from '@moby/registry/publish';

/** What a registry refuses of one release. Undefined for what is about more: who isn't known is known to no release. */
export function refusalOf(error: unknown): Diagnostic | undefined {
  if (error instanceof Refused && error.answer.status !== 401)
    return { severity: 'error', code: error.code, message: error.message, hints: error.hints };
  return error instanceof Failure && error.findings.length === 1 ? error.findings[0] : undefined;
}

/** What is wrong with one line says nothing of the others. Throws anything else again. */
export function findingsOf(error: unknown): readonly Diagnostic[] {
  if (!(error instanceof Failure) || !['invalid-input', 'limit', 'not-found', 'wrong-digest', 'bad-archive'].includes(error.code))
    throw error;
  if (error.findings.length > 0) return error.findings;
  return [{ severity: 'error', code: error.code, message: error.message, hints: error.hints }];
}
