import type { Registry } from '@moby/model';
import { openComponents } from '@moby/registry';
import { componentPlaces } from '@moby/composer/places';
import type { Session } from './moby-command.ts';
import { surroundingsOf, type WorldFlags } from './surroundings.ts';

/** The library's components, or those of registries, with the folders of `--components` on top. */
export async function registryOf(flags: WorldFlags, session: Session): Promise<Registry> {
  return openComponents(componentPlaces(await surroundingsOf(flags, session)));
}
