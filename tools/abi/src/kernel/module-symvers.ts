import { Failure, type KernelExport, type KernelSymbols } from '@moby/model';

/** Debian's generic kernels have 2 MB and 30,000 exports. */
const maxSymversBytes = 16 << 20;
const maxSymbols = 131_072;
const noCrc = '00000000';

/**
 * Module.symvers of a kernel's headers: CRC, symbol, exporter, kind and namespace, tab-separated (Linux
 * `Documentation/kbuild/modules.rst`). `release` is the kernel's, from the folder it lies in. Throws `Failure`
 * `bad-archive` for a line of another form or a symbol that is exported twice, `limit` beyond the bounds.
 */
export function parseModuleSymvers(text: string, options: { readonly release: string; readonly path: string }): KernelSymbols {
  const { release, path } = options;
  if (text.length > maxSymversBytes)
    throw new Failure({ code: 'limit', message: `\`${path}\` has ${text.length} characters, more than ${maxSymversBytes}` });
  const exports = new Map<string, KernelExport>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const match = /^0x([0-9a-f]{8})\t([!-~]{1,512})\t([!-~]{1,512})\tEXPORT_SYMBOL(_GPL)?(?:\t([!-~]{0,512}))?$/.exec(line);
    const [, crc, name, by, gpl, namespace] = match ?? [];
    if (crc === undefined || name === undefined || by === undefined) throw broken(path, index, 'has another form');
    if (exports.has(name)) throw broken(path, index, `exports \`${name}\` again`);
    exports.set(name, { crc, by, gpl: gpl !== undefined, namespace: namespace ?? '' });
    if (exports.size > maxSymbols) throw new Failure({ code: 'limit', message: `\`${path}\` has more than ${maxSymbols} symbols` });
  }
  return { release, unversioned: [...exports.values()].every(({ crc }) => crc === noCrc), exports };
}

function broken(path: string, index: number, what: string): Failure {
  return new Failure({
    code: 'bad-archive',
    message: `\`${path}\` can't be read as Module.symvers: line ${index + 1} ${what}`,
    hints: ['take it from the headers package of the kernel'],
  });
}
