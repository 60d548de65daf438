import { textOf } from './json-member.ts';

/** npm's name and version, as far as a package.json says them. */
export interface PackageWords {
  readonly name?: string;
  readonly npmVersion?: string;
}

/** Most that a package.json may have for them to be read. */
export const maxManifestBytes: number = 256 * 1024;

/** Of what is no JSON, or too large, nothing is known; what is wrong with it is for the rules to say. */
export function packageWords(bytes: Uint8Array | undefined): PackageWords {
  if (bytes === undefined || bytes.length > maxManifestBytes) return {};
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return {};
  }
  const [name, npmVersion] = [textOf(value, 'name'), textOf(value, 'version')];
  return { ...(name === undefined ? {} : { name }), ...(npmVersion === undefined ? {} : { npmVersion }) };
}
