import type { PlatformFacts, RegistryComponent } from '@moby/model';
import { type OracleWorld, platform } from '../oracle/oracle-world.ts';

/** The same world with components of which something wrong is told: an oracle has to notice. */
export function misinformed(world: OracleWorld, lie: (component: RegistryComponent) => RegistryComponent): OracleWorld {
  return { ...world, bring: async (components) => (await world.bring(components)).map(lie) };
}

/** The component with other facts for the platform. */
export function retold(component: RegistryComponent, change: (facts: PlatformFacts) => Partial<PlatformFacts>): RegistryComponent {
  const { facts } = component;
  const own = facts?.platforms[platform];
  if (facts === undefined || own === undefined) throw new Error(`${component.manifest.name} has no facts`);
  return { ...component, facts: { ...facts, platforms: { ...facts.platforms, [platform]: { ...own, ...change(own) } } } };
}
