import * as Flags from '@oclif/core/flags';
import { registryFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryServe extends MobyCommand {
  static override summary = 'Run a registry of components';
  static override description =
    'Speaks what npm, pnpm and yarn speak. Everybody may read; who may write stands in the configuration, and every publish is judged. The folder belongs to one server at a time; what a crash left in it is mended at the start, and said. `/-/healthz` answers while the process lives, `/-/readyz` with 200 while requests should be sent to it. The log is lines of JSON. Ctrl-C or SIGTERM: what is being answered ends first.';
  static override examples = [
    '<%= config.bin %> registry serve',
    {
      description: 'for other machines, in a folder of its own',
      command: '<%= config.bin %> registry serve --listen 0.0.0.0:4873 --storage /srv/registry',
    },
  ];
  static override flags = {
    listen: Flags.string({ helpValue: 'HOST:PORT', description: 'where to listen; by default 127.0.0.1:4873; port 0 takes a free one' }),
    ...registryFlags,
    config: Flags.string({ helpValue: 'FILE', description: 'a configuration: users and roles, scopes, limits, and what the flags say' }),
    log: Flags.string({ helpValue: 'FILE', description: 'append the log to this file; by default it goes to stderr' }),
  };
  static override jsonShape =
    '{ "url": string, "storage": string, "packages": number, "versions": number, "findings": [{ "kind", "path", "message", "remedy"?, "isMended" }] }';
  /** Requests that are being answered have 30 s. */
  static override graceMs = 40_000;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(RegistryServe);
    const { serveOutcome } = await import('../registry/serve-outcome.ts');
    return serveOutcome(flags, session);
  }
}
