import { extractFacts, formatFacts, parseFacts, readConfigFile } from '@moby/abi';
import { parseDigest } from '@moby/model';
import { describe, expect, test } from 'vitest';

const read = (path: string, text: string): unknown => readConfigFile(path, Buffer.from(text));

describe('config.toml of containerd', () => {
  const versions = (text: string): unknown => read('/etc/containerd/config.toml', text);
  const of = (...known: readonly string[]): object => ({ format: 'containerd', versions: known });

  test('has its version before the first table', () => {
    // Debian's own, of containerd 1.6.20 to 2.1.9.
    const debian = 'version = 2\n\n[plugins]\n  [plugins."io.containerd.grpc.v1.cri"]\n    [plugins."io.containerd.grpc.v1.cri".cni]\n';
    expect(versions(`${debian}      bin_dir = "/usr/lib/cni"\n      conf_dir = "/etc/cni/net.d"\n`)).toEqual(of('2'));
    expect(versions('# version = 4\nroot = "/var/lib/containerd"\n"version" = 3 # since 2.0\n[grpc]\nversion = 9\n')).toEqual(of('3'));
  });

  test('is of version 1 where it says none', () => {
    expect(versions('[plugins]\nversion = 3\n')).toEqual(of('1'));
  });

  test('is not taken at the word of a list or a text', () => {
    expect(versions('imports = [\n  "/etc/a.toml",\nversion = 9\n]\nversion = 3\n')).toEqual(of('3'));
    expect(versions('note = """\nversion = 9\n[x]\n"""\nversion = 3\n')).toEqual(of('3'));
    expect(versions("note = '''one line'''\nversion = 2\n")).toEqual(of('2'));
  });

  test('has none where it can’t be read', () => {
    for (const text of ['', 'version = "two"\n', 'version = 2\nversion = 3\n']) expect(versions(text)).toEqual(of());
  });
});

describe('a network configuration', () => {
  const network = (json: unknown): unknown => read('/etc/cni/net.d/10-x.conflist', typeof json === 'string' ? json : JSON.stringify(json));
  const plugins = [{ type: 'bridge', ipam: { type: 'host-local' } }, { type: 'portmap' }];

  test('says its version, and the plugins of its chain', () => {
    expect(network({ cniVersion: '1.0.0', name: 'x', plugins })).toEqual({
      format: 'cni',
      versions: ['1.0.0'],
      plugins: ['bridge', 'portmap'],
    });
    expect(network({ cniVersion: '1.0.0', cniVersions: ['0.4.0', '1.0.0', '1.1.0'], plugins })).toMatchObject({
      versions: ['1.0.0', '0.4.0', '1.1.0'],
    });
  });

  test('is a plugin’s own before 1.0.0, and of 0.2.0 without a version', () => {
    expect(read('/etc/cni/net.d/lo.conf', '{ "name": "lo", "type": "loopback" }')).toEqual({
      format: 'cni',
      versions: ['0.2.0'],
      plugins: ['loopback'],
    });
  });

  test('has no version where it can’t be read', () => {
    for (const broken of ['{', '[]', { cniVersion: 1, plugins }, { cniVersion: 'new', plugins }, { cniVersion: '1.0.0', plugins: [{}] }])
      expect(network(broken)).toMatchObject({ versions: [] });
  });
});

test('other files are no business of it', () => {
  for (const path of ['/etc/cni/net.d/README', '/etc/cni/net.d/old/10-x.conf', '/etc/containerd/certs.d/x.toml', '/etc/passwd'])
    expect(read(path, '{}')).toBeUndefined();
});

test('they are facts of a payload, which have one text', async () => {
  const payload = parseDigest(`sha256:${'0'.repeat(64)}`);
  if (payload === undefined) throw new Error('64 zeros are a digest');
  const file = (path: string, text: string) => ({ kind: 'file', path, mode: 0o644, bytes: Buffer.from(text) }) as const;
  const entries = [
    file('etc/containerd/config.toml', 'version = 2\n'),
    file('etc/cni/net.d/10-x.conf', '{ "cniVersion": "0.4.0", "type": "bridge" }'),
  ];
  const facts = { facts: 1, platforms: { 'linux/amd64': await extractFacts({ payload, entries }) } } as const;
  const text = formatFacts(facts);
  expect(parseFacts(text, 'facts.json')).toEqual(facts);
  expect(facts.platforms['linux/amd64'].configs).toEqual({
    '/etc/cni/net.d/10-x.conf': { format: 'cni', versions: ['0.4.0'], plugins: ['bridge'] },
    '/etc/containerd/config.toml': { format: 'containerd', versions: ['2'] },
  });
  for (const wrong of [text.replace('"cni"', '"ini"'), text.replace('"plugins"', '"plugin"'), text.replace('["2"]', '"2"')])
    expect(() => parseFacts(wrong, 'facts.json')).toThrow(/is not a facts file/);
});
