import { Failure, type KernelConfig } from '@moby/model';
import { sorted, sortedRecord } from '../order.ts';

/** Debian's generic kernels have 300 kB and 11,000 options. */
const maxConfigBytes = 4 << 20;
const maxOptions = 65_536;
const maxValueLength = 1024;

/**
 * `boot/config-*`: `CONFIG_X=y|m|value`, `# CONFIG_X is not set`; other comments are passed over. Throws `Failure`
 * `bad-archive` for any other line and for an option that stands twice, `limit` beyond the bounds.
 * Source: Linux `scripts/kconfig/confdata.c`.
 */
export function parseKernelConfig(text: string, path: string): KernelConfig {
  if (text.length > maxConfigBytes)
    throw new Failure({ code: 'limit', message: `\`${path}\` has ${text.length} characters, more than ${maxConfigBytes}` });
  const options = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const match = /^(?:CONFIG_([A-Za-z0-9_]+)=(.+)|# CONFIG_([A-Za-z0-9_]+) is not set)$/.exec(line);
    if (match === null && !/^\s*(?:#.*)?$/.test(line)) throw broken(path, index, 'is no option and no comment');
    const name = match?.[1] ?? match?.[3];
    if (name === undefined) continue;
    const value = match?.[2] ?? 'n';
    if (options.has(name)) throw broken(path, index, `sets \`${name}\` again`);
    if (value.length > maxValueLength) throw broken(path, index, `has a value of ${value.length} characters, more than ${maxValueLength}`);
    options.set(name, value);
    if (options.size > maxOptions) throw new Failure({ code: 'limit', message: `\`${path}\` has more than ${maxOptions} options` });
  }
  const withValue = (wanted: string): readonly string[] =>
    sorted([...options].flatMap(([name, value]) => (value === wanted ? [name] : [])));
  const values = [...options].filter(([, value]) => !['y', 'm', 'n'].includes(value));
  return { y: withValue('y'), m: withValue('m'), n: withValue('n'), values: sortedRecord(values) };
}

function broken(path: string, index: number, what: string): Failure {
  return new Failure({
    code: 'bad-archive',
    message: `\`${path}\` can't be read as a kernel's configuration: line ${index + 1} ${what}`,
    hints: ['keep the configuration as the kernel package ships it, or leave it out'],
  });
}
