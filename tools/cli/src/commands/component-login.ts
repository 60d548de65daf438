import * as Flags from '@oclif/core/flags';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentLogin extends MobyCommand {
  static override summary = 'Log in at a registry';
  static override description =
    'Asks for the password without showing it, or reads it from stdin where that is no terminal, and writes the token that the registry gives into your own ~/.npmrc, readable by you alone; the file’s other lines stay as they are. The token is never printed. Users are made by who runs the registry.';
  static override examples = [
    '<%= config.bin %> component login --registry http://127.0.0.1:4873',
    { description: 'in a script', command: '<%= config.bin %> component login --username carol < password-file' },
  ];
  static override flags = {
    registry: Flags.string({ helpValue: 'URL', description: "the registry; by default that of npm's configuration for @moby" }),
    username: Flags.string({ helpValue: 'NAME', description: 'who you are there; asked for on a terminal' }),
  };
  static override jsonShape = '{ "registry", "user", "file" }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(ComponentLogin);
    const { loginOutcome } = await import('../publish/login-outcome.ts');
    return loginOutcome({ registry: flags.registry, user: flags.username, input: process.stdin, session });
  }
}
