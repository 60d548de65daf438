import { Failure } from '@moby/model';

/** A registry's address with a slash at its end. `where` says who names it. Throws `usage` for what is none. */
export function registryAddress(text: string, where?: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:', 'file:'].includes(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Failure({
      code: 'usage',
      message: `\`${text}\`${where === undefined ? '' : ` of \`${where}\``} is no address of a registry`,
      hints: ['it begins with https://, http:// or file:///, and ends with the path of the registry'],
    });
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
