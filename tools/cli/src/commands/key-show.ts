import * as Args from '@oclif/core/args';
import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class KeyShow extends MobyCommand {
  static override summary = 'Print the public half of a key';
  static override description =
    'The keyid and the public key of a private key, as a library or a registry lists it. The private half is never printed.';
  static override examples = ['<%= config.bin %> key show', '<%= config.bin %> key show keys/release.pem --json'];
  static override args = { file: Args.string({ description: 'the private key; by default signing-key.pem in the configuration folder' }) };
  static override jsonShape = '{ "file", "keyid", "scheme", "key" }';

  protected override async perform(): Promise<Outcome> {
    const { args } = await this.parse(KeyShow);
    const [{ keyFile, readKeyFile }, { keyOutcome }] = await Promise.all([import('../key-file.ts'), import('../words/key.ts')]);
    const file = args.file ?? keyFile(process.env);
    return keyOutcome(await readKeyFile(file, process.env), { file, isNew: false });
  }
}
