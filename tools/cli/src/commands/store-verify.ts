import type { Outcome } from '../outcome.ts';
import { quoted } from '../typed-again.ts';
import { MobyCommand, type Session } from '../moby-command.ts';

export class StoreVerify extends MobyCommand {
  static override summary = 'Read every file of the store and compare it with its name';
  static override description =
    'Files are named by the sha256 of their bytes. Nothing is removed; a file with other bytes is named, with the command that removes it.';
  static override examples = ['<%= config.bin %> store verify'];
  static override jsonShape = '{ "path": string, "blobs": number, "sizeBytes": number, "corrupt": string[], "leftovers": string[] }';

  static override fleetingSteps = true;

  protected override async perform({ reporter }: Session): Promise<Outcome> {
    await this.parse(StoreVerify);
    const [{ storeFolder }, { openContentStore }, { Failure, formatBytes }] = await Promise.all([
      import('@moby/composer'),
      import('@moby/content'),
      import('@moby/model'),
    ]);
    const store = openContentStore(storeFolder(process.env));
    let done = 0;
    reporter.step({ step: 'verify', note: 'reading every file' });
    const { blobs, sizeBytes, corrupt, leftovers } = await store.verify(() =>
      reporter.step({ step: 'verify', note: `${(done += 1)} files` }),
    );
    if (corrupt.length > 0) {
      throw new Failure({
        code: 'store-corrupt',
        message: [
          `${corrupt.length} of ${corrupt.length + blobs} files of the store have other bytes than their names say`,
          ...corrupt,
        ].join('\n'),
        hints: [`remove them, and they are made or fetched again: rm ${corrupt.map(quoted).join(' ')}`],
      });
    }
    const left = leftovers.length === 0 ? [] : [[`${leftovers.length} files that killed runs left: the next run removes them`]];
    return {
      kind: 'done',
      value: { path: store.folder, blobs, sizeBytes, corrupt, leftovers },
      lines: [[`${blobs} files, ${formatBytes(sizeBytes)}: all have the bytes that their names say`], ...left],
    };
  }
}
