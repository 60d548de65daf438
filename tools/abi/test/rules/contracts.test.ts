import {
  buildRootTree,
  cniVersion,
  configVersion,
  type ContractEnd,
  dockerApiWindow,
  type Edge,
  engineContainerdRange,
  type KernelEnd,
  netfilterBackend,
} from '@moby/abi';
import { type ConfigFacts, makeVersion, parseRange, type Range } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { component, program } from '../world.ts';

function ranges(texts: Readonly<Record<string, string>>): Readonly<Record<string, Range>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const range = parseRange(text);
      if (range === undefined) throw new Error(`not a range: ${text}`);
      return [name, range];
    }),
  );
}

interface Says {
  readonly root?: string;
  readonly provides?: Readonly<Record<string, string>>;
  readonly requires?: Readonly<Record<string, string>>;
  readonly recommends?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly configs?: Readonly<Record<string, ConfigFacts>>;
  readonly programs?: readonly string[];
  readonly factless?: true;
}

function end(
  name: string,
  version: string,
  { root = 'engine', provides = {}, requires = {}, recommends = {}, env = {}, configs = {}, programs = [], factless }: Says = {},
): ContractEnd {
  return {
    component: name,
    version: makeVersion(version, 0),
    root,
    provides,
    requires: ranges(requires),
    recommends: ranges(recommends),
    env,
    configs: factless === true ? undefined : configs,
    programs: factless === true ? undefined : programs,
  };
}

function said(edges: readonly Edge[]): readonly string[] {
  return edges.map(({ verdict, sentence }) => `${verdict} ${sentence}`);
}

describe('docker.api-window', () => {
  // The windows of moby's tags, as its sources have them at each.
  const engine = (version: string, window: string): ContractEnd => end('docker', version, { provides: { 'api:docker': window } });
  const cli = (version: string, window: string, env: Readonly<Record<string, string>> = {}): ContractEnd =>
    end('docker-cli', version, { root: 'shell', requires: { 'api:docker': window }, env });
  const old = cli('20.10.24', '>=1.12 <=1.41');
  const judge = (...ends: readonly ContractEnd[]): readonly string[] => said(dockerApiWindow.check({ ends }));

  test('fails: a client of 20.10 with an engine 29.0, and a client of 29.1 with an engine 24', () => {
    expect(judge(old, engine('29.0.0', '>=1.44 <=1.52'))).toEqual([
      'error docker-cli 20.10.24 speaks the API 1.12 to 1.41; docker 29.0.0 answers 1.44 to 1.52',
    ]);
    expect(judge(cli('29.1.0', '>=1.44 <=1.52'), engine('24.0.9', '>=1.12 <=1.43'))).toEqual([
      'error docker-cli 29.1.0 speaks the API 1.44 to 1.52; docker 24.0.9 answers 1.12 to 1.43',
    ]);
  });

  test('passes: the same client with 28.5.2, where it was tried, and with 29.3.0', () => {
    expect(judge(old, engine('28.5.2', '>=1.24 <=1.51'))).toEqual([
      'ok docker-cli 20.10.24 and docker 28.5.2 speak version 1.41 of the API',
    ]);
    expect(judge(old, engine('29.3.0', '>=1.40 <=1.54'))).toEqual([
      'ok docker-cli 20.10.24 and docker 29.3.0 speak version 1.41 of the API',
    ]);
  });

  test('takes a forced version as it is', () => {
    const forced = (version: string): ContractEnd => cli('28.5.2', '>=1.24 <=1.51', { DOCKER_API_VERSION: version });
    expect(judge(forced('1.24'), engine('29.0.0', '>=1.44 <=1.52'))).toEqual([
      'error docker-cli 28.5.2 speaks the API 1.24 (DOCKER_API_VERSION); docker 29.0.0 answers 1.44 to 1.52',
    ]);
    expect(judge(forced('1.44'), engine('29.0.0', '>=1.44 <=1.52'))[0]).toMatch(/^ok .* 1\.44 of the API$/);
  });

  test('names both places, and one engine that answers is enough', () => {
    const edges = dockerApiWindow.check({ ends: [old, engine('29.0.0', '>=1.44 <=1.52')] });
    expect(edges).toMatchObject([{ root: 'shell', from: { root: 'shell' }, by: { root: 'engine' } }]);
    expect(judge(old, engine('29.0.0', '>=1.44 <=1.52'), engine('28.5.2', '>=1.24 <=1.51'))).toHaveLength(1);
  });

  test('is unknown without a window', () => {
    expect(judge(old, engine('28.5.2', '1.51.0'))).toEqual([
      'unknown nobody knows from which to which version of the API docker 28.5.2 goes',
    ]);
  });
});

describe('cni.version', () => {
  const plugins = end('cni-plugins', '1.1.1', { provides: { 'cni:plugins': '>=0.1.0 <=1.0.0' } });
  const judge = (version: string, ...others: readonly ContractEnd[]): readonly string[] =>
    said(cniVersion.check({ ends: [end('bridge-network', '1.0.0', { requires: { 'cni:plugins': version } }), ...others] }));

  test('fails: version 1.1.0 with the plugins 1.1.1, which end with code 1', () => {
    expect(judge('1.1.0', plugins)).toEqual([
      'error bridge-network 1.0.0 uses CNI 1.1.0; cni-plugins 1.1.1 knows 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0',
    ]);
  });

  test('passes: version 0.4.0 with the same', () => {
    expect(judge('0.4.0', plugins)).toEqual(['ok cni-plugins 1.1.1 knows CNI 0.4.0, which bridge-network 1.0.0 uses']);
    expect(judge('*', plugins)).toEqual(['ok cni-plugins 1.1.1 knows CNI 1.0.0, which bridge-network 1.0.0 uses']);
  });

  test('is a membership: what lies between two versions of the specification is none', () => {
    expect(judge('0.3.5', plugins)).toEqual(['error bridge-network 1.0.0 uses CNI 0.3.5, a version that the specification never had']);
  });

  test('asks all plugins of the root, and those of no other', () => {
    const elsewhere = { ...plugins, root: 'other' };
    const newer = end('more-plugins', '1.9.1', { provides: { 'cni:plugins': '>=0.1.0 <=1.1.0' } });
    expect(judge('1.1.0', elsewhere)).toEqual([]);
    expect(judge('1.1.0', plugins, newer).map((text) => text.split(' ')[0])).toEqual(['error', 'ok']);
  });
});

describe('a network configuration in a root', () => {
  const path = '/etc/cni/net.d/10-bridge.conflist';
  const programs = ['/usr/lib/cni/bridge', '/usr/lib/cni/host-local', '/usr/lib/cni/portmap'];
  const debian12 = end('cni-plugins', '1.1.1', { provides: { 'cni:plugins': '>=0.1.0 <=1.0.0' }, programs });
  const debian14 = end('cni-plugins', '1.9.1', { provides: { 'cni:plugins': '>=0.1.0 <=1.1.0' }, programs });
  // containerd 1.7.24 was built with libcni 1.1.2, 2.1.9 with 1.3.0.
  const daemon = (version: string, newest: string): ContractEnd =>
    end('containerd', version, { provides: { 'cni:runtime': `>=0.1.0 <=${newest}` } });
  const judge = (versions: readonly string[], ...others: readonly ContractEnd[]): readonly string[] => {
    const configs = { [path]: { format: 'cni', versions, plugins: ['bridge', 'portmap'] } } as const;
    return said(cniVersion.check({ ends: [end('bridge-network', '1.0.0', { configs }), ...others] }));
  };
  const file = `${path} of bridge-network 1.0.0`;

  test('is refused by plugins that don’t know its version, and by the runtime', () => {
    expect(judge(['1.1.0'], debian12)).toEqual([
      `error ${file} is of CNI 1.1.0; cni-plugins 1.1.1 knows 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0`,
    ]);
    expect(judge(['1.1.0'], daemon('1.7.24', '1.0.0'), debian14)).toEqual([
      `error ${file} is of CNI 1.1.0; containerd 1.7.24 knows 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0`,
      `ok cni-plugins 1.9.1 knows CNI 1.1.0, which ${file} names`,
    ]);
    expect(judge(['0.3.5'], debian12)).toEqual([`error ${file} is of CNI 0.3.5, a version that the specification never had`]);
  });

  test('passes where all know it, and of several versions the newest that the runtime knows counts', () => {
    expect(judge(['0.4.0'], daemon('2.1.9', '1.1.0'), debian12)).toEqual([
      `ok containerd 2.1.9 knows CNI 0.4.0, which ${file} names`,
      `ok cni-plugins 1.1.1 knows CNI 0.4.0, which ${file} names`,
    ]);
    const several = ['1.1.0', '1.0.0', '0.4.0'];
    expect(judge(several, daemon('1.7.24', '1.0.0'), debian12).map((text) => text.slice(0, 5))).toEqual(['ok co', 'ok cn']);
    expect(judge(several, daemon('2.1.9', '1.1.0'), debian12).map((text) => text.slice(0, 5))).toEqual(['ok co', 'error']);
  });

  test('needs each plugin of its chain, and every one counts', () => {
    const bridge = { ...debian14, programs: ['/usr/lib/cni/bridge'] };
    expect(judge(['1.0.0'], bridge)).toEqual([
      `ok cni-plugins 1.9.1 knows CNI 1.0.0, which ${file} names`,
      `error ${file} names the plugin portmap, which isn't in /usr/lib/cni, /opt/cni/bin, /usr/libexec/cni`,
    ]);
    const own = end('own-portmap', '0.1.0', { provides: { 'cni:plugins': '0.4.0' }, programs: ['/opt/cni/bin/portmap'] });
    expect(judge(['1.0.0'], bridge, own)[1]).toBe(`error ${file} is of CNI 1.0.0; own-portmap 0.1.0 knows 0.4.0`);
    expect(judge(['1.0.0'], { ...debian14, root: 'other' }).map((text) => text.split(' ')[0])).toEqual(['error', 'error']);
  });

  test('is unknown where nobody can read it, or nobody knows what the plugins know', () => {
    expect(judge([], debian14)).toEqual([`unknown nobody can read which version of CNI ${file} has`]);
    expect(judge(['1.0.0'], { ...debian14, provides: {} })).toEqual(['unknown nobody knows which versions of CNI cni-plugins 1.9.1 knows']);
    expect(judge(['1.0.0'], end('hidden', '1.0.0', { factless: true })).map((text) => text.split(' ')[0])).toEqual(['unknown', 'unknown']);
  });
});

describe('config.version', () => {
  const daemon = (version: string, newest: number): ContractEnd =>
    end('containerd', version, { provides: { 'config:containerd': `>=1 <=${newest}` } });
  const file = (version: string): ContractEnd => end('containerd-config', '1.0.0', { recommends: { 'config:containerd': version } });
  const judge = (version: string, other: ContractEnd): readonly string[] => said(configVersion.check({ ends: [file(version), other] }));

  test('fails: version 4 with containerd 2.0.10, and version 3 with 1.6.32 and 1.7.17', () => {
    expect(judge('4', daemon('2.0.10', 3))).toEqual([
      'error containerd-config 1.0.0 has a config.toml of version 4; containerd 2.0.10 knows up to 3',
    ]);
    expect(['1.6.32', '1.7.17'].map((version) => judge('3', daemon(version, 2))[0]?.split(' ')[0])).toEqual(['error', 'error']);
  });

  test('is silent: version 3 with containerd 1.6.20, which starts and ignores it', () => {
    expect(judge('3', daemon('1.6.20', 2))).toEqual([
      'silent containerd-config 1.0.0 has a config.toml of version 3; containerd 1.6.20 knows up to 2, and ignores the rest without a word',
    ]);
    expect(judge('3', daemon('1.7.16', 2))[0]).toMatch(/^silent /);
  });

  test('passes: version 2 with all of them', () => {
    const all = [daemon('1.6.20', 2), daemon('1.7.24', 2), daemon('2.1.9', 3), daemon('2.3.4', 4)];
    expect(all.map((one) => judge('2', one)[0]?.split(' ')[0])).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  test('is unknown where the daemon does not say', () => {
    expect(judge('2', end('containerd', '1.7.24'))[0]).toMatch(/^unknown /);
  });

  test('reads the file that the root has, the first of two in one place', () => {
    const path = '/etc/containerd/config.toml';
    const of = (version: string): Says => ({ configs: { [path]: { format: 'containerd', versions: [version] } } });
    const own = { ...daemon('1.7.24', 2), configs: of('2').configs };
    expect(said(configVersion.check({ ends: [own] }))).toEqual([
      `ok ${path} of containerd 1.7.24 is of version 2; containerd 1.7.24 knows up to 2`,
    ]);
    expect(said(configVersion.check({ ends: [end('a-config', '1.0.0', of('3')), own] }))).toEqual([
      `error ${path} of a-config 1.0.0 is of version 3; containerd 1.7.24 knows up to 2`,
    ]);
    expect(
      said(configVersion.check({ ends: [end('a-config', '1.0.0', { ...of('3'), root: 'machine' }), { ...own, configs: {} }] })),
    ).toEqual([]);
    const broken = { ...own, configs: { [path]: { format: 'containerd', versions: [] } as const } };
    expect(said(configVersion.check({ ends: [broken] }))[0]).toMatch(/^unknown /);
  });
});

describe('engine.containerd-range', () => {
  const engine = (version: string): ContractEnd => end('docker', version, { recommends: { containerd: '>=1.6.22 <1.7.0-0 || >=1.7.3' } });
  const judge = (version: string, containerd: string): readonly string[] =>
    said(
      engineContainerdRange.check({
        ends: [engine(version), end('containerd', containerd), end('containerd', '1.6.20', { root: 'other' })],
      }),
    );

  test('fails: docker 28.5.2 on containerd 1.6.20, docker 26.1.5 on 1.7.1; both run, so it is a warning', () => {
    expect([judge('28.5.2', '1.6.20'), judge('26.1.5', '1.7.1')]).toEqual([
      ['warn docker 28.5.2 is meant for containerd >=1.6.22 <1.7.0-0 || >=1.7.3, and not for 1.6.20'],
      ['warn docker 26.1.5 is meant for containerd >=1.6.22 <1.7.0-0 || >=1.7.3, and not for 1.7.1'],
    ]);
  });

  test('passes: docker 26.1.5 on 1.7.24, docker 28.5.2 on 2.1.9', () => {
    expect([judge('26.1.5', '1.7.24'), judge('28.5.2', '2.1.9')].map(([text]) => text?.split(' ')[0])).toEqual(['ok', 'ok']);
  });

  test('says nothing of an engine that recommends none', () => {
    expect(engineContainerdRange.check({ ends: [end('docker', '20.10.24'), end('containerd', '1.6.20')] })).toEqual([]);
  });
});

describe('netfilter.backend', () => {
  // The options as Debian's cloud kernels 6.1.176, 6.12.107 and 7.2.12 have them; the first doesn't know IP_NF_IPTABLES_LEGACY.
  const modules = ['NF_TABLES', 'NFT_COMPAT', 'IP_NF_IPTABLES', 'IP_NF_FILTER', 'IP_NF_NAT'];
  const kernel = (version: string, change: { readonly m?: readonly string[]; readonly n?: readonly string[] } = {}): KernelEnd => {
    const n = change.n ?? [];
    const m = [...modules, ...(version.startsWith('6.1.') ? [] : ['IP_NF_IPTABLES_LEGACY']), ...(change.m ?? [])].filter(
      (name) => !n.includes(name),
    );
    const facts = { release: version, vermagic: '', modules: {}, builtin: [], config: { y: [], m, n, values: {} } };
    return { component: 'linux', version: makeVersion(version, 0), facts, symbols: undefined };
  };
  const iptables = (target: string): readonly string[] => [`/usr/sbin/${target}`];
  const judge = (target: string, one: KernelEnd): readonly string[] => {
    const links = { '/usr/sbin/iptables': target };
    const programs = [...iptables('xtables-nft-multi'), ...iptables('xtables-legacy-multi'), ...iptables('iptables-apply')];
    const tree = buildRootTree([component('iptables', '1.8.11', { elf: programs.map((path) => program(path)), programs, links })]);
    const users = [{ component: 'docker', version: '28.5.2' }];
    return said(netfilterBackend.check({ kernel: one, roots: [{ root: 'docker', tree, users, args: [], engine: undefined }], swarms: [] }));
  };

  test('fails: the legacy program without IP_NF_IPTABLES_LEGACY', () => {
    expect(judge('xtables-legacy-multi', kernel('6.12.107', { n: ['IP_NF_IPTABLES_LEGACY'] }))).toEqual([
      'error docker 28.5.2 starts iptables, which is xtables-legacy-multi of iptables 1.8.11; linux 6.12.107 lacks CONFIG_IP_NF_IPTABLES_LEGACY for it',
    ]);
    expect(judge('xtables-nft-multi', kernel('6.12.107', { n: ['NFT_COMPAT'] }))[0]).toMatch(/^error .* lacks CONFIG_NFT_COMPAT for it$/);
  });

  test('passes: the nft program on three kernels, and the legacy one on a kernel from before the option', () => {
    const three = ['6.1.176', '6.12.107', '7.2.12'].map((version) => judge('xtables-nft-multi', kernel(version))[0]);
    expect(three.map((text) => text?.split(' ')[0])).toEqual(['ok', 'ok', 'ok']);
    expect(judge('xtables-legacy-multi', kernel('6.1.176'))).toEqual([
      'ok docker 28.5.2 starts iptables, which is xtables-legacy-multi of iptables 1.8.11, for which linux 6.1.176 has IP_NF_IPTABLES and IP_NF_FILTER and IP_NF_NAT',
    ]);
  });

  test('is unknown without a configuration, and of a program that nobody knows', () => {
    expect(judge('xtables-nft-multi', { ...kernel('6.12.107'), facts: undefined })[0]).toMatch(/^unknown /);
    expect(judge('iptables-apply', kernel('6.12.107'))[0]).toMatch(/^unknown .* a program that no rule knows$/);
  });

  test('leaves a missing iptables to exec.path', () => {
    const roots = [
      { root: 'docker', tree: buildRootTree([]), users: [{ component: 'docker', version: '28.5.2' }], args: [], engine: undefined },
    ];
    expect(netfilterBackend.check({ kernel: kernel('6.12.107'), roots, swarms: [] })).toEqual([]);
  });

  describe('of an engine that writes rules of nftables itself', () => {
    const nft = ['NFT_CT', 'NFT_FIB', 'NFT_FIB_IPV4', 'NFT_MASQ', 'NFT_NAT'];
    const swarm = { component: 'cluster', version: '1.0.0', root: 'cluster' };
    const judgeEngine = (
      version: string,
      args: readonly string[],
      swarms: readonly (typeof swarm)[],
      one = kernel('6.12.107', { m: nft }),
    ): readonly string[] => {
      const engine = { component: 'docker', version: makeVersion(version, 0) };
      const tree = buildRootTree([
        component('iptables', '1.8.11', {
          programs: ['/usr/sbin/xtables-nft-multi'],
          links: { '/usr/sbin/iptables': 'xtables-nft-multi' },
        }),
      ]);
      return said(netfilterBackend.check({ kernel: one, roots: [{ root: 'docker', tree, users: [engine], args, engine }], swarms }));
    };

    test('fails: docker 29.0.0 with a swarm, and docker 28.5.2, which has no such option', () => {
      expect(judgeEngine('29.0.0', ['dockerd', '--firewall-backend=nftables'], [swarm])).toEqual([
        'ok docker 29.0.0 writes rules of nftables, for which linux 6.12.107 has NF_TABLES and NFT_CT and NFT_FIB and NFT_FIB_IPV4 and NFT_MASQ and NFT_NAT',
        'error cluster 1.0.0 makes a swarm, which docker 29.0.0 refuses where it is started with --firewall-backend=nftables',
      ]);
      expect(judgeEngine('28.5.2', ['dockerd', '--firewall-backend', 'nftables'], [])).toEqual([
        'error docker 28.5.2 is started with --firewall-backend, which engines have since 29.0',
      ]);
      expect(judgeEngine('29.7.2', ['--firewall-backend=nftables'], [], kernel('6.12.107', { m: nft, n: ['NFT_MASQ'] }))).toEqual([
        'error docker 29.7.2 writes rules of nftables; linux 6.12.107 lacks CONFIG_NFT_MASQ for it',
      ]);
    });

    test('passes: without a swarm, and a swarm with rules of iptables', () => {
      expect(judgeEngine('29.0.0', ['--firewall-backend=nftables'], []).map((text) => text.split(' ')[0])).toEqual(['ok']);
      for (const args of [[], ['--firewall-backend=nftables', '--firewall-backend=iptables']])
        expect(judgeEngine('29.0.0', args, [swarm])).toEqual([
          'ok docker 29.0.0 starts iptables, which is xtables-nft-multi of iptables 1.8.11, for which linux 6.12.107 has NF_TABLES and NFT_COMPAT',
        ]);
    });
  });
});
