import type { PlatformFacts, RegistryComponent } from '@moby/model';
import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { compareConfigs } from '../oracle/check-config.ts';
import { compareRoots } from '../oracle/loader.ts';
import type { OracleResult } from '../oracle/oracle.ts';
import type { OracleWorld } from '../oracle/oracle-world.ts';
import { misinformed, retold } from './misinformed.ts';
import { oracleWorldOfTests } from './oracle-world-of-tests.ts';

const programs = ['readelf', 'perl', 'bash'];

describeMachine(
  'oracles',
  () => {
    const world = oracleWorldOfTests();

    /** netcat in a root of its own, with one of its libraries left out where that is asked for. */
    async function loaded(told: OracleWorld, without?: string): Promise<OracleResult> {
      const lines = [
        ['netcat', '1.229'],
        ['libbsd', '0.12'],
        ['libmd', '1.1'],
        ['glibc', '2.41'],
      ] as const;
      const components = await Promise.all(lines.filter(([name]) => name !== without).map(([name, line]) => told.line(name, line)));
      return compareRoots('ld.so', [{ name: 'netcat', components }], told);
    }

    /** The world in which one component's files need other libraries, and nobody has read its symbols. */
    function needing(name: string, change: (needed: readonly string[]) => readonly string[]): OracleWorld {
      const changed = ({ elf }: PlatformFacts): Partial<PlatformFacts> => ({
        elf: elf.map((file) => ({ ...file, needed: change(file.needed), needs: [] })),
      });
      return misinformed(world(), (component) => {
        if (component.manifest.name !== name) return component;
        const { symbols: _, ...unread } = component;
        return retold(unread, changed);
      });
    }

    test('the loader and the rules agree on a root that is whole, and on one that lacks a library', async () => {
      expect(await loaded(world())).toMatchObject({ compared: 2, failing: 0, disagreements: [] });
      expect(await loaded(world(), 'libmd')).toMatchObject({ compared: 2, failing: 1, disagreements: [] });
    });

    test('the loader contradicts facts that need a library too many', async () => {
      const { disagreements } = await loaded(needing('netcat', (needed) => [...needed, 'libnone.so.1']));
      expect(disagreements).toEqual([{ kind: 'false alarm', subject: 'netcat: /usr/bin/nc.openbsd', detail: 'it works' }]);
    });

    test('the loader contradicts facts that need a library too few', async () => {
      const told = needing('libbsd', (needed) => needed.filter((name) => name !== 'libmd.so.0'));
      expect((await loaded(told, 'libmd')).disagreements).toEqual([
        { kind: 'miss', subject: 'netcat: /usr/bin/nc.openbsd', detail: expect.stringMatching(/^libmd\.so\.0.* not found/) },
      ]);
    });

    /** The script reads this configuration, whatever kernel it is; what the rule reads is what `told` says. */
    function configured(text: string, told: (component: RegistryComponent) => RegistryComponent): OracleWorld {
      const isKernel = ({ manifest }: RegistryComponent): boolean => manifest.kind === 'kernel';
      const config = { kind: 'file', path: 'boot/config-0', mode: 0o644, bytes: Buffer.from(text) } as const;
      return {
        ...world(),
        bring: async (components) => {
          const brought = await world().bring(components.filter((one) => !isKernel(one)));
          return [...brought, ...components.filter(isKernel).map(told)];
        },
        entries: async (component) => (isKernel(component) ? [config] : world().entries(component)),
      };
    }

    test("an empty configuration lacks all that the engine's script asks for, whatever the facts say", async () => {
      const { compared, failing, disagreements } = await compareConfigs(
        configured('', (kernel) => kernel),
        { engines: ['28.5'], kernels: ['6.12'] },
      );
      expect(failing).toBeGreaterThan(60);
      expect(failing).toBe(compared);
      expect(new Set(disagreements.map(({ kind }) => kind))).toEqual(new Set(['miss']));
      expect(disagreements.map(({ subject }) => subject)).toContain('CONFIG_NAMESPACES in linux 6.12');
    });

    test('the rule finds in an empty configuration what the script finds, but for options that others stand for', async () => {
      const empty = { y: [], m: [], n: [], values: {} };
      const told = configured('', (component) =>
        retold(component, ({ kernel }) => (kernel === undefined ? {} : { kernel: { ...kernel, config: empty } })),
      );
      const { failing, disagreements } = await compareConfigs(told, { engines: ['20.10', '28.5'], kernels: ['7.2'] });
      expect(failing).toBeGreaterThan(120);
      const options = (kind: string): readonly string[] => {
        const found = disagreements.filter((one) => one.kind === kind).map(({ subject }) => subject.split(' ')[0] ?? '');
        return [...new Set(found)].sort();
      };
      // docs/reference/oracles.md has a reason for each.
      expect(options('miss')).toEqual([
        'CONFIG_AUFS_FS',
        'CONFIG_CRYPTO_GHASH',
        'CONFIG_EXT3_FS',
        'CONFIG_EXT3_FS_POSIX_ACL',
        'CONFIG_EXT3_FS_SECURITY',
        'CONFIG_EXT3_FS_XATTR',
        'CONFIG_IP6_NF_TARGET_MASQUERADE',
        'CONFIG_IP_NF_TARGET_MASQUERADE',
        'CONFIG_MEMCG_SWAP',
      ]);
      expect(options('false alarm')).toEqual(['CONFIG_NETFILTER_XT_TARGET_MASQUERADE', 'CONFIG_NFT_COMPAT', 'CONFIG_NF_TABLES']);
    });
  },
  programs,
);
