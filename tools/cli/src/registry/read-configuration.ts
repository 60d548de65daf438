import { readFileSync } from 'node:fs';
import { Failure, type Judged } from '@moby/model';
import { defaultSettings, readSettings, type SettingsFile } from '@moby/registry-server';

/** A registry's configuration, or that without a file. Throws `not-found` where the file can't be read. */
export async function readConfiguration(file: string | undefined): Promise<Judged<SettingsFile>> {
  if (file === undefined) return { ok: true, value: { settings: defaultSettings, storage: undefined, store: undefined }, findings: [] };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Failure({
      code: 'not-found',
      message: `\`${file}\` can't be read: ${code}`,
      hints: ['name a configuration with --config FILE'],
      cause: error,
    });
  }
  return readSettings(file, text);
}
