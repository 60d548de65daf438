import { isDeepStrictEqual } from 'node:util';
import { parseFacts, parseSymbols } from '@moby/abi';
import { Failure, parseManifest, type Manifest, type RegistryComponent } from '@moby/model';
import { componentFileLimits, parseNamedKernelSymbols } from '../component-folder.ts';
import type { PackageFile } from './package-files.ts';

/** What of a component can be known without a folder for its files. */
export type PackedContents = Omit<RegistryComponent, 'folder' | 'tree' | 'line'>;

/**
 * A component from the files of its package, of which nothing is written anywhere; symbols stay as text until they are asked for.
 * `manifest` is what its registry says of it, `label` what messages call it, as `@moby/redis@8.0.201`. Throws `bad-archive` where the package
 * says something else, `limit`, and what the parsers throw.
 */
export async function readPackedComponent(files: readonly PackageFile[], manifest: Manifest, label: string): Promise<PackedContents> {
  const textOf = (path: string, maxBytes: number): string | undefined => {
    const bytes = files.find((file) => file.path === path)?.bytes;
    if (bytes !== undefined && bytes.length > maxBytes)
      throw new Failure({ code: 'limit', message: `\`${path}\` of \`${label}\` has ${bytes.length} bytes; at most ${maxBytes} are read` });
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  };
  const place = (path: string): string => `${label}/${path}`;
  const packed = await parseManifest({ file: place('package.json'), text: textOf('package.json', componentFileLimits.manifest) ?? '' });
  if (!packed.ok || !isDeepStrictEqual(packed.value, manifest))
    throw new Failure({ code: 'bad-archive', message: `the package \`${label}\` says something else than its registry says of it` });
  const factsText = textOf('facts.json', componentFileLimits.facts);
  const symbols = textOf('symbols.json', componentFileLimits.facts);
  const kernelSymbols = textOf('kernel-symbols.json', componentFileLimits.kernelSymbols);
  const facts = factsText === undefined ? undefined : parseFacts(factsText, place('facts.json'));
  return {
    manifest,
    facts,
    ...(symbols === undefined ? {} : { symbols: () => parseSymbols(symbols, place('symbols.json')) }),
    ...(kernelSymbols === undefined
      ? {}
      : { kernelSymbols: () => parseNamedKernelSymbols({ text: kernelSymbols, file: place('kernel-symbols.json'), facts }) }),
  };
}
