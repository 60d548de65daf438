import { registryFlags } from '../flags.ts';
import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryKeyRotate extends MobyCommand {
  static override summary = 'Put a new key in the place of the one that a registry signs with';
  static override description =
    'A registry signs each version that it publishes; `/-/npm/v1/keys` has the keys. The one in use expires now: it goes on vouching for what was published before. A server that runs takes the new key at its next publish.';
  static override examples = ['<%= config.bin %> registry key rotate --storage /srv/registry'];
  static override flags = { ...registryFlags };
  static override jsonShape = '{ "storage": string, "keyid": string, "earlier": { "keyid": string, "expires": string } }';

  protected override async perform(): Promise<Outcome> {
    const { flags } = await this.parse(RegistryKeyRotate);
    const { rotateOutcome } = await import('../registry/rotate-outcome.ts');
    return rotateOutcome(flags);
  }
}
