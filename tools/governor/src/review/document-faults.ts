import { documentLimits, readYaml, validateDocument, type Diagnostic } from '@moby/model';
import { policyFile } from '../judge/policy-file.ts';
import { readOwners } from '../judge/read-owners.ts';
import { maxPolicyBytes, readPolicy } from '../judge/read-policy.ts';
import { lifecycleFile, readLifecycle } from '../lifecycle/read-lifecycle.ts';
import type { ChangedFile } from './change-subject.ts';

type Reader = (text: string, file: string) => Promise<readonly Diagnostic[]>;

/** The most that is read of a document that people write. */
const maxBytes = maxPolicyBytes;

/** What is wrong with a document of a library, read as strictly as it is where it counts; empty for all other files. */
export async function documentFaults(path: string, content: ChangedFile['after']): Promise<readonly Diagnostic[]> {
  const read = readerOf(path);
  if (read === undefined || content === undefined) return [];
  if (content === 'too-large' || content.length > maxBytes)
    return [{ severity: 'error', code: 'too-large', message: `it has more than ${maxBytes} bytes, which is the most that is read` }];
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return [{ severity: 'error', code: 'not-utf8', message: 'it is not UTF-8 text' }];
  }
  return read(text, path);
}

function readerOf(path: string): Reader | undefined {
  if (path === policyFile) return async (text, file) => (await readPolicy(text, file)).findings;
  if (/^components\/[^/]+\/OWNERS\.yaml$/.test(path)) return async (text, file) => (await readOwners(text, file)).findings;
  if (path === lifecycleFile) return async (text, file) => (await readLifecycle(text, file)).findings;
  return /^assemblies\/[^/]+\/assembly\.yaml$/.test(path) ? assemblyFaults : undefined;
}

async function assemblyFaults(text: string, file: string): Promise<readonly Diagnostic[]> {
  const read = await readYaml({ file, text, plain: true, limits: { ...documentLimits, maxBytes } });
  return read.ok ? validateDocument(read.value, 'assembly') : read.findings;
}
