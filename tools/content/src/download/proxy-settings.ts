/** Proxies by scheme, as addresses; `except` as in NO_PROXY: hosts and suffixes, comma-separated. */
export interface ProxySettings {
  readonly http: string | undefined;
  readonly https: string | undefined;
  readonly except: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment's proxies, and where it names none for a scheme, those of apt's configuration. */
export function proxySettings(env: Environment, apt: ReadonlyMap<string, string>): ProxySettings {
  const either = (name: string): string | undefined => nonEmpty(env[name]) ?? nonEmpty(env[name.toUpperCase()]);
  const all = either('all_proxy');
  const direct: string[] = [];
  for (const [key, value] of apt) {
    const host = /^acquire::https?::proxy::(.+)$/.exec(key)?.[1];
    if (host !== undefined && value.toUpperCase() === 'DIRECT') direct.push(host);
  }
  return {
    http: either('http_proxy') ?? httpOnly(all) ?? aptProxy(apt, 'http'),
    https: either('https_proxy') ?? httpOnly(all) ?? aptProxy(apt, 'https') ?? aptProxy(apt, 'http'),
    except: nonEmpty([either('no_proxy') ?? '', ...direct.sort()].filter((host) => host !== '').join(',')),
  };
}

/** apt.conf(5): a value of `DIRECT` means none; https falls back to http's. */
function aptProxy(apt: ReadonlyMap<string, string>, scheme: 'http' | 'https'): string | undefined {
  return httpOnly(apt.get(`acquire::${scheme}::proxy`));
}

function httpOnly(address: string | undefined): string | undefined {
  return address !== undefined && /^https?:\/\//i.test(address) ? address : undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
