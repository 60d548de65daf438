import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '@moby/content';
import { Failure } from '@moby/model';
import type { Line } from './exported-packument.ts';

const maxTextBytes = 256 * 1024;
const ownersStart = '## OWNERS.yaml\n\n```yaml\n';
const ownersEnd = '\n```\n';

/**
 * What a registry shows of a component: its README.md, and who answers for it. Both lie beside the lines, so no package has them. Undefined where
 * there is neither. Throws `limit`, `io`.
 */
export async function readDescription(lines: readonly Pick<Line, 'folder' | 'label'>[]): Promise<string | undefined> {
  for (const { folder, label } of lines) {
    const readme = await readReadme({ folder, label });
    const owners = await readText(dirname(folder), 'OWNERS.yaml', label);
    const parts = [readme, owners === undefined ? undefined : `${ownersStart}${owners.trimEnd()}${ownersEnd}`];
    const known = parts.flatMap((part) => (part === undefined ? [] : [`${part.trimEnd()}\n`]));
    if (known.length > 0) return known.join('\n');
  }
  return undefined;
}

/** A component's README.md, beside its lines; undefined where there is none. Throws `limit`, `io`. */
export function readReadme({ folder, label }: Pick<Line, 'folder' | 'label'>): Promise<string | undefined> {
  return readText(dirname(folder), 'README.md', label);
}

/** The OWNERS.yaml in a description; undefined where there is none. */
export function ownersText(description: string): string | undefined {
  const start = description.lastIndexOf(ownersStart);
  if (start < 0 || !description.endsWith(ownersEnd)) return undefined;
  return `${description.slice(start + ownersStart.length, -ownersEnd.length)}\n`;
}

async function readText(folder: string, name: string, label: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(folder, name), 'utf8');
    if (text.length <= maxTextBytes) return text;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new Failure({ code: 'io', message: `\`${name}\` beside \`${label}\` can't be read`, cause });
  }
  throw new Failure({ code: 'limit', message: `\`${name}\` beside \`${label}\` has more than ${maxTextBytes} characters` });
}
