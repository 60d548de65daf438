import { type AddedModulesSubject, differingCrcs, isSameVermagic, kmodCrc, kmodSymbol, kmodVermagic, neededSymbols } from '@moby/abi';
import type { AddedModule, KernelExport } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { overlayOf, overlayOn, releases } from './overlay-pairs.ts';

/** vermagic, missing symbols, differing/carried CRCs, verdict; the pairs on 6.1.0-50, 6.12.107 and 7.2.12 were tried with insmod. */
const expected = `
6.1.0-47 6.1.0-47 ok 0 0/203 ok
6.1.0-47 6.1.0-50 ok 0 132/203 error
6.1.0-47 6.12.94 ok 19 131/203 error
6.1.0-47 6.12.107 ok 19 131/203 error
6.1.0-47 7.2.12 differs 26 176/203 error
6.1.0-50 6.1.0-47 ok 0 132/203 error
6.1.0-50 6.1.0-50 ok 0 0/203 ok
6.1.0-50 6.12.94 ok 19 131/203 error
6.1.0-50 6.12.107 ok 19 131/203 error
6.1.0-50 7.2.12 differs 26 176/203 error
6.12.94 6.1.0-47 ok 35 130/215 error
6.12.94 6.1.0-50 ok 35 130/215 error
6.12.94 6.12.94 ok 0 0/215 ok
6.12.94 6.12.107 ok 0 97/215 error
6.12.94 7.2.12 differs 11 203/215 error
6.12.107 6.1.0-47 ok 34 130/214 error
6.12.107 6.1.0-50 ok 34 130/214 error
6.12.107 6.12.94 ok 0 96/214 error
6.12.107 6.12.107 ok 0 0/214 ok
6.12.107 7.2.12 differs 11 202/214 error
7.2.12 6.1.0-47 differs 57 0/0 error
7.2.12 6.1.0-50 differs 57 0/0 error
7.2.12 6.12.94 differs 27 0/0 error
7.2.12 6.12.107 differs 27 0/0 error
7.2.12 7.2.12 ok 0 0/0 ok
`;

test('overlay.ko of five kernels on five kernels comes out as insmod has it', () => {
  const lines = releases.flatMap((module) =>
    releases.map((kernel) => {
      const subject = overlayOn(module, kernel);
      const { facts, symbols } = subject.kernel;
      if (facts === undefined || symbols === undefined) throw new Error('the fixture has both');
      const overlay = overlayOf(module);
      const missing = neededSymbols(overlay).filter((name) => !symbols.exports.has(name)).length;
      const crcs = `${differingCrcs(overlay, symbols).length}/${Object.keys(overlay.versions).length}`;
      const verdicts = [kmodVermagic, kmodSymbol, kmodCrc].flatMap((rule) => rule.check(subject)).map(({ verdict }) => verdict);
      const worst = verdicts.includes('error') ? 'error' : verdicts.every((verdict) => verdict === 'ok') ? 'ok' : 'unknown';
      return [module, kernel, isSameVermagic(overlay, facts.vermagic) ? 'ok' : 'differs', missing, crcs, worst].join(' ');
    }),
  );
  expect(lines).toEqual(expected.trim().split('\n'));
});

describe('kmod.crc', () => {
  test('fails: overlay.ko of 6.1.0-47 on 6.1.0-50, with the proof', () => {
    expect(kmodCrc.check(overlayOn('6.1.0-47', '6.1.0-50'))).toMatchObject([
      {
        rule: 'kmod.crc',
        verdict: 'error',
        evidence: 'binary',
        from: { component: 'overlay', path: expect.stringContaining('overlay.ko.xz'), fact: '__versions' },
        need: '__d_drop 4aeb5b25',
        by: { component: 'linux', fact: 'Module.symvers' },
        offer: '__d_drop a904c612',
        sentence:
          '132 of 203 symbol versions of overlay.ko of overlay 6.1.0-47 are not those of linux 6.1.176+r1, first __d_drop: needs 4aeb5b25, gets a904c612',
      },
    ]);
  });

  test('passes: overlay.ko of 6.12.107 on its own kernel', () => {
    expect(kmodCrc.check(overlayOn('6.12.107', '6.12.107'))).toMatchObject([{ verdict: 'ok', offer: 'the same' }]);
  });

  test('refuses a module without CRCs where the kernel compares them', () => {
    expect(kmodCrc.check(overlayOn('7.2.12', '6.12.107'))).toMatchObject([{ verdict: 'error', offer: 'compares them all' }]);
  });
});

describe('kmod.vermagic', () => {
  test('fails: overlay.ko of 6.12.107 on 7.2.12', () => {
    expect(kmodVermagic.check(overlayOn('6.12.107', '7.2.12'))).toMatchObject([
      { verdict: 'error', need: expect.stringContaining('modversions'), offer: '7.2.12+deb14-cloud-amd64 SMP preempt mod_unload' },
    ]);
  });

  test('passes: another release where both sides carry CRCs', () => {
    expect(kmodVermagic.check(overlayOn('6.1.0-47', '6.1.0-50'))).toMatchObject([{ verdict: 'ok' }]);
  });
});

describe('kmod.symbol', () => {
  test('fails: overlay.ko of 7.2.12 on 6.12.107', () => {
    const [edge] = kmodSymbol.check(overlayOn('7.2.12', '6.12.107'));
    expect(edge).toMatchObject({ verdict: 'error', offer: 'not exported' });
    expect(edge?.sentence).toContain("linux 6.1.176+r1 doesn't export, and so for 26 more");
  });

  test('passes: overlay.ko of 6.1.0-47 on 6.1.0-50', () => {
    expect(kmodSymbol.check(overlayOn('6.1.0-47', '6.1.0-50'))).toMatchObject([{ verdict: 'ok' }]);
  });

  const one: KernelExport = { crc: '00000001', by: 'vmlinux', gpl: false, namespace: '' };
  const cases: readonly (readonly [
    why: string,
    found: Partial<KernelExport> | undefined,
    module: Partial<AddedModule>,
    verdict: string,
  ])[] = [
    ['a GPL symbol and a GPL module', { gpl: true }, { license: 'Dual MIT/GPL' }, 'ok'],
    ['a GPL symbol and another license', { gpl: true }, { license: 'CDDL' }, 'error'],
    ['a namespace that is imported', { namespace: 'CXL' }, { namespaces: ['CXL'] }, 'ok'],
    ['a namespace that is not imported', { namespace: 'CXL' }, {}, 'error'],
    ['a namespace of modules, this one among them', { namespace: 'module:kvm-intel,over*' }, {}, 'ok'],
    ['a namespace of other modules', { namespace: 'module:kvm-intel' }, {}, 'error'],
    ['an exporter that the payload lacks', { by: 'net/gone-away' }, {}, 'error'],
    ['an exporter that is built in', { by: 'fs/built-in' }, {}, 'ok'],
    ['a weak symbol that nobody exports', undefined, { weak: ['one'] }, 'ok'],
    ['a symbol of another added module', undefined, { exports: { one: '' } }, 'ok'],
    ['a symbol that nobody exports', undefined, {}, 'error'],
  ];
  test.each(cases)('judges %s', (_why, found, module, verdict) => {
    const subject = overlayOn('6.12.107', '6.12.107');
    const own = { ...overlayOf('6.12.107'), versions: { one: '00000001' }, ...module };
    const { facts, symbols } = subject.kernel;
    if (facts === undefined || symbols === undefined) throw new Error('the fixture has both');
    const exports = new Map(found === undefined ? [] : [['one', { ...one, ...found }] as const]);
    const edges = kmodSymbol.check({
      kernel: { ...subject.kernel, facts: { ...facts, builtin: ['built_in'] }, symbols: { ...symbols, exports } },
      added: [{ component: 'x', version: '1', modules: { overlay: own } }],
    });
    expect(edges.map((edge) => edge.verdict)).toEqual([verdict]);
  });
});

describe('what nobody knows is unknown', () => {
  const subject = overlayOn('6.1.0-47', '6.1.0-50');
  const without = (change: Partial<AddedModulesSubject['kernel']>): AddedModulesSubject => ({
    ...subject,
    kernel: { ...subject.kernel, ...change },
  });

  test('without symbols, or with those of another kernel', () => {
    const { symbols } = overlayOn('6.1.0-47', '6.12.94').kernel;
    for (const kernel of [without({ symbols: undefined }), without({ symbols })]) {
      const verdicts = [kmodCrc, kmodSymbol, kmodVermagic].flatMap((rule) => rule.check(kernel)).map(({ verdict }) => verdict);
      expect(verdicts).toEqual(['unknown', 'unknown', 'ok']);
    }
  });

  test('without facts', () => {
    const verdicts = [kmodCrc, kmodSymbol, kmodVermagic].flatMap((rule) => rule.check(without({ facts: undefined })));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown']);
  });
});
