import { jsonOf, listOf, recordOf, type ConfigFacts } from '@moby/model';

const containerdFile = '/etc/containerd/config.toml';
const networkFile = /^\/etc\/cni\/net\.d\/[^/]+\.(?:conf|conflist|json)$/;
const maxConfigBytes = 1 << 20;
const maxPlugins = 64;
const maxVersions = 16;

/** Whether a file is one of those that `readConfigFile` knows, by its absolute path. */
export function isConfigFile(path: string): boolean {
  return path === containerdFile || networkFile.test(path);
}

/**
 * What a configuration file says of its own version, which the program that reads it has to know. Undefined for other files; the
 * versions are empty where the file can't be read, so that nobody takes it for one that fits.
 */
export function readConfigFile(path: string, bytes: Uint8Array): ConfigFacts | undefined {
  if (!isConfigFile(path)) return undefined;
  const text = bytes.length > maxConfigBytes ? '' : new TextDecoder().decode(bytes);
  return path === containerdFile ? { format: 'containerd', versions: containerdVersion(text) } : { format: 'cni', ...readNetwork(text) };
}

/**
 * `version` before the first table of a TOML 1.0 document, without one 1 (containerd-config.toml(5)). Only what can stand there is
 * read: keys, and values that go on over several lines.
 */
function containerdVersion(text: string): readonly string[] {
  if (text === '') return [];
  const found: string[] = [];
  let end: string | undefined;
  for (const line of text.split('\n')) {
    const key = end === undefined ? /^[ \t]*"?([\w.-]+)"?[ \t]*=[ \t]*(.*)$/.exec(line) : undefined;
    if (end !== undefined) {
      if (line.includes(end)) end = undefined;
    } else if (/^[ \t]*\[/.test(line)) break;
    else if (key?.[1] === 'version') found.push((key[2] ?? '').split('#', 1)[0]?.trim() ?? '');
    else end = endOfValue(key?.[2] ?? '');
  }
  const [value = '1', ...more] = found;
  return more.length === 0 && /^\d{1,3}$/.test(value) ? [value] : [];
}

/** What ends a value that goes on in the next line. */
function endOfValue(value: string): string | undefined {
  const long = ['"""', "'''"].find((quotes) => value.startsWith(quotes));
  if (long !== undefined) return value.includes(long, long.length) ? undefined : long;
  return value.startsWith('[') && !value.includes(']') ? ']' : undefined;
}

/** A network configuration: with plugins, or before 1.0.0 a plugin's own (CNI SPEC.md, section 1). */
function readNetwork(text: string): Pick<Extract<ConfigFacts, { readonly format: 'cni' }>, 'versions' | 'plugins'> {
  const json = recordOf(jsonOf(text));
  const types = (json['plugins'] === undefined ? [json] : listOf(json['plugins']).slice(0, maxPlugins)).map(
    (plugin) => recordOf(plugin)['type'],
  );
  const plugins = types.filter((type) => typeof type === 'string');
  const said: readonly unknown[] = [json['cniVersion'], ...listOf(json['cniVersions']).slice(0, maxVersions)];
  const versions = said.filter((version) => typeof version === 'string' && /^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(version));
  const isBroken =
    plugins.length === 0 || plugins.length < types.length || versions.length < said.filter((one) => one !== undefined).length;
  // Without a version it is of 0.2.0, the first that had one.
  return { versions: isBroken ? [] : versions.length === 0 ? ['0.2.0'] : [...new Set(versions)].map(String), plugins };
}
