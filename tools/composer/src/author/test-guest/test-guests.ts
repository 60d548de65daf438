import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic, Judged, Manifest, Platform, Registry } from '@moby/model';
import { clashOf } from './clash-of.ts';
import { payloadPaths, type PayloadReach } from './payload-paths.ts';
import { peersOf } from './peers-of.ts';
import { guestNameOf, planTestGuest, type ShownComponent } from './plan-test-guest.ts';
import { labelOf, type TestedComponent } from './tested-component.ts';
import { writeTestGuest } from './write-test-guest.ts';

export interface TestGuestsRequest {
  readonly components: readonly TestedComponent[];
  readonly platform: Platform;
  /** Where peers are found. */
  readonly registry: Registry;
  readonly reach: PayloadReach;
  /** Each guest gets a folder below it. */
  readonly folder: string;
  /** Resolves and checks the assembly in a folder; builds nothing. */
  readonly check: (folder: string) => Promise<Judged<unknown>>;
}

/** A machine that shows components, as an assembly in a folder. */
export interface PlannedGuest {
  readonly components: readonly TestedComponent[];
  readonly folder: string;
  /** Why these aren't in a machine with those before them. */
  readonly apart?: string;
  /** Why there can't be such a machine. */
  readonly refused?: readonly Diagnostic[];
}

interface Group extends Pick<PlannedGuest, 'apart' | 'refused'> {
  readonly components: readonly ShownComponent[];
  readonly peers: readonly Manifest[];
}

/**
 * As few machines as the components go into, tried in their order: those that clash by their manifests, or that nothing resolves together, get
 * another one, and it is said why. Throws what reading a registry and fetching throw.
 */
export async function testGuests(request: TestGuestsRequest): Promise<readonly PlannedGuest[]> {
  const { components, platform, reach, folder } = request;
  const groups: Group[] = [];
  try {
    for (const component of components) {
      const files = await payloadPaths(component, platform, reach);
      await place({ ...component, files }, groups, request);
    }
  } finally {
    await rm(join(folder, trial), { recursive: true, force: true });
  }
  const names = new Set<string>();
  const guests: PlannedGuest[] = [];
  for (const { components: shown, peers, ...said } of groups) {
    const name = freeName(guestNameOf(shown.map(({ manifest }) => manifest.name)), names);
    const at = join(folder, name);
    await writeTestGuest(at, planTestGuest({ name, components: shown, peers, platform }));
    // Refused is what lies in a folder that stays.
    const judged = said.refused === undefined ? undefined : await request.check(at);
    guests.push({ components: shown, folder: at, ...said, ...(judged?.ok === false ? { refused: errorsOf(judged) } : {}) });
  }
  return guests;
}

/** Where it is tried whether components go together. */
const trial = '.trial';

/** Into the first machine that takes it, which is changed in its place; else one of its own. */
async function place(component: ShownComponent, groups: Group[], request: TestGuestsRequest): Promise<void> {
  let apart: string | undefined;
  for (const [index, group] of groups.entries()) {
    if (group.refused !== undefined) continue;
    const clash = group.components.map((other) => clashOf(component, other)).find((one) => one !== undefined);
    apart ??= clash;
    if (clash !== undefined) continue;
    const together = await tried([...group.components, component], request);
    if (together.refused === undefined) {
      groups[index] = { ...group, ...together };
      return;
    }
    apart ??= `with ${group.components.map(labelOf).join(', ')}: ${together.refused[0]?.message.split('\n')[0] ?? 'it is refused'}`;
  }
  groups.push({ ...(await tried([component], request)), ...(apart === undefined ? {} : { apart }) });
}

async function tried(components: readonly ShownComponent[], { registry, platform, folder, check }: TestGuestsRequest): Promise<Group> {
  const peers = await peersOf(
    components.map(({ manifest }) => manifest),
    registry,
  );
  await writeTestGuest(join(folder, trial), planTestGuest({ name: 'trial', components, peers, platform }));
  const judged = await check(join(folder, trial));
  return { components, peers, ...(judged.ok ? {} : { refused: errorsOf(judged) }) };
}

function errorsOf({ findings }: Judged<unknown>): readonly Diagnostic[] {
  return findings.filter(({ severity }) => severity === 'error');
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name}-${count}`;
  taken.add(free);
  return free;
}
