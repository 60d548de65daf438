import { checkModules, kernelConfig, type KernelEnd, kmodCrc, kmodSymbol, kmodVermagic } from '@moby/abi';
import { satisfies } from '@moby/model';
import { factsOf, type HeldLine } from './held-line.ts';
import { type Judged, judgedOf, nameOf, type Pair, turned } from './judged.ts';

/** What one of the two asks of a kernel, where the other is one: its version, options and modules, and modules that it brings. */
export function judgeKernel(pair: Pair): readonly Judged[] {
  return turned(pair).flatMap(({ own, other, ...rest }) =>
    other.component.manifest.kind === 'kernel' && own.component.manifest.kind !== 'kernel' ? judge({ own, other, ...rest }) : [],
  );
}

function judge({ own, other, platform }: Pair): readonly Judged[] {
  const { name: component, version, kernel: asks } = own.component.manifest;
  const brought = factsOf(own, platform);
  const modules = brought?.modules ?? {};
  const brings = Object.keys(modules).length > 0;
  const kernel = endOf(other, { ...(brings ? { withSymbols: true } : {}), platform });
  const asking = asks?.config === undefined ? [] : [{ component, version, ...asks.config }];
  const asked = (asks?.modules ?? []).map((name) => ({ name, component, version }));
  const added = brings && brought !== undefined ? [{ component, version, payload: brought.payload, modules }] : [];
  return [
    ...judgeVersion(own, other),
    ...kernelConfig.check({ kernel, asking }).map(judgedOf),
    ...checkModules({ asked, kernel }).edges.map(judgedOf),
    ...[kmodVermagic, kmodSymbol, kmodCrc].flatMap((rule) => rule.check({ kernel, added }).map(judgedOf)),
  ];
}

function judgeVersion(own: HeldLine, other: HeldLine): readonly Judged[] {
  const range = own.component.manifest.kernel?.version;
  if (range === undefined) return [];
  const fits = satisfies(other.component.manifest.version, range);
  return [
    {
      verdict: fits ? 'ok' : 'error',
      evidence: 'declared',
      sentence: `${nameOf(own)} asks for a kernel ${range}, which ${nameOf(other)} ${fits ? 'is' : 'is not'}`,
    },
  ];
}

function endOf(line: HeldLine, { platform, withSymbols }: { readonly platform: Pair['platform']; readonly withSymbols?: true }): KernelEnd {
  const { manifest, kernelSymbols } = line.component;
  const own = factsOf(line, platform);
  return {
    component: manifest.name,
    version: manifest.version,
    ...(own === undefined ? {} : { payload: own.payload }),
    facts: own?.kernel,
    symbols: withSymbols === true ? kernelSymbols?.().platforms[platform] : undefined,
  };
}
