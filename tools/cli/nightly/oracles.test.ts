import type { RegistryComponent } from '@moby/model';
import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { misinformed } from '../boot/misinformed.ts';
import { oracleWorldOfTests } from '../boot/oracle-world-of-tests.ts';
import { modulesInKernels } from '../oracle/insmod.ts';
import type { OracleWorld } from '../oracle/oracle-world.ts';
import { containerdAndShim } from '../oracle/shim.ts';

/** Machines and containers that really start, under emulation. */
const longMs = 600_000;

describeMachine('oracles', () => {
  const world = oracleWorldOfTests();

  /** The world in which one line of a component has the facts of another. */
  async function mistaken(name: string, line: string, other: string): Promise<OracleWorld> {
    const { facts, symbols, kernelSymbols } = await world().line(name, other);
    const told = { facts, ...(symbols === undefined ? {} : { symbols }), ...(kernelSymbols === undefined ? {} : { kernelSymbols }) };
    return misinformed(world(), (component: RegistryComponent) =>
      component.manifest.name === name && component.line === line ? { ...component, ...told } : component,
    );
  }

  test('a shim with the facts of an older one is missed where it fails', { timeout: longMs }, async () => {
    const result = await containerdAndShim(await mistaken('containerd-shim-runc', '2.1', '1.7'));
    expect(result).toMatchObject({ compared: 9, failing: 2 });
    expect(result.disagreements.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'miss: containerd 1.6 with shim 2.1',
      'miss: containerd 1.7 with shim 2.1',
    ]);
  });

  test('a kernel with the facts of an older one is contradicted by what it loads and what it refuses', { timeout: longMs }, async () => {
    const result = await modulesInKernels(await mistaken('linux', '6.12', '6.1'));
    expect(result).toMatchObject({ compared: 27, failing: 18 });
    expect(result.disagreements.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'miss: overlay of linux 6.1 in linux 6.12',
      'miss: dummy of linux 6.1 in linux 6.12',
      'miss: veth of linux 6.1 in linux 6.12',
      'false alarm: overlay of linux 6.12 in linux 6.12',
      'false alarm: dummy of linux 6.12 in linux 6.12',
      'false alarm: veth of linux 6.12 in linux 6.12',
    ]);
  });
});
