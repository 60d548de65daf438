import type { ComponentKind } from '@moby/model';
import { labelOf, type TestedComponent } from './tested-component.ts';

const onePerMachine: readonly ComponentKind[] = ['kernel', 'init', 'runtime'];

/** Why two components can't be shown in one machine, as far as their manifests say it. */
export function clashOf(one: TestedComponent, other: TestedComponent): string | undefined {
  if (one.manifest.name === other.manifest.name) return `${labelOf(other)} is in the other`;
  const { kind } = one.manifest;
  if (kind === other.manifest.kind && onePerMachine.includes(kind))
    return `a machine has one ${kind}, and ${labelOf(other)} is in the other`;
  const port = portsOf(one).find((taken) => portsOf(other).includes(taken));
  return port === undefined ? undefined : `${labelOf(other)} listens on port ${port}, too`;
}

/** Where it listens, and where its expectations ask. */
export function portsOf({ manifest: { service, expect = [] } }: TestedComponent): readonly number[] {
  const ready = service?.ready?.kind === 'tcp' || service?.ready?.kind === 'http' ? [service.ready.port] : [];
  const asked = expect.flatMap((one) => (one.kind === 'tcp' || one.kind === 'http' ? [one.port] : []));
  return [...new Set([...(service?.ports ?? []), ...ready, ...asked])];
}
