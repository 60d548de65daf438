import * as Args from '@oclif/core/args';
import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class KeyNew extends MobyCommand {
  static override summary = 'Make a key to sign releases with';
  static override description =
    'Writes a private key (ECDSA over P-256, PEM, readable by you alone) and prints its public half, which others need to verify what you sign. An existing file is never replaced. With MOBY_COMPOSE_KEY_PASSPHRASE in the environment the key is protected by it.';
  static override examples = [
    '<%= config.bin %> key new',
    { description: 'in a place of its own', command: '<%= config.bin %> key new keys/release.pem' },
  ];
  static override args = {
    file: Args.string({ description: 'where to write it; by default signing-key.pem in the configuration folder' }),
  };
  static override jsonShape = '{ "file", "keyid", "scheme", "key" }';

  protected override async perform(): Promise<Outcome> {
    const { args } = await this.parse(KeyNew);
    const [{ keyFile, makeKeyFile }, { keyOutcome }] = await Promise.all([import('../key-file.ts'), import('../words/key.ts')]);
    const file = args.file ?? keyFile(process.env);
    return keyOutcome(await makeKeyFile(file, process.env), { file, isNew: true });
  }
}
