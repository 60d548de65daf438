const forges: Readonly<Record<string, string>> = {
  github: 'https://github.com/',
  gitlab: 'https://gitlab.com/',
  bitbucket: 'https://bitbucket.org/',
};

/**
 * The address in npm's `repository`, as a text or under `url`: without `git+` and `.git`, short forms (`github:owner/name`)
 * written out. With the folder behind a `#` where there is one. Undefined where there is none.
 */
export function repositoryAddress(value: unknown): string | undefined {
  if (typeof value === 'string') return written(value);
  if (typeof value !== 'object' || value === null || !('url' in value) || typeof value.url !== 'string') return undefined;
  const folder = 'directory' in value && typeof value.directory === 'string' ? `#${value.directory}` : '';
  return written(value.url) + folder;
}

function written(text: string): string {
  const short = /^(?:(github|gitlab|bitbucket):)?([A-Za-z0-9._-]+\/[A-Za-z0-9._-]+)$/.exec(text);
  const address = short === null ? text : `${forges[short[1] ?? 'github'] ?? ''}${short[2] ?? ''}`;
  return address.replace(/^git\+(?=https?:)/, '').replace(/\.git$/, '');
}
