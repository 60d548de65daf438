import { policyFile } from '@moby/governor';
import { Failure } from '@moby/model';
import { readPolicyFile } from './read-policy-file.ts';

/** The scope of a library's own components, as `@moby`: the first of its policy. Throws `invalid-input` where that can't be read. */
export async function libraryScope(library: string): Promise<string> {
  const policy = await readPolicyFile(library);
  if (!policy.ok) throw new Failure({ code: 'invalid-input', message: `\`${policyFile}\` is not in order`, findings: policy.findings });
  const [scope] = policy.value.scopes;
  if (scope === undefined) throw new TypeError('a policy names a scope');
  return scope;
}
