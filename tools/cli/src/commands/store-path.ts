import type { Outcome } from '../outcome.ts';
import { MobyCommand } from '../moby-command.ts';

export class StorePath extends MobyCommand {
  static override summary = 'Print the folder of the content store';
  static override description = 'Everything in the store can be made or fetched again: removing the folder costs time and nothing else.';
  static override examples = [
    '<%= config.bin %> store path',
    { description: 'how much it holds', command: 'du -sh "$(<%= config.bin %> store path)"' },
  ];
  static override jsonShape = '{ "path": string }';

  protected override async perform(): Promise<Outcome> {
    await this.parse(StorePath);
    const { storeFolder } = await import('@moby/composer');
    const path = storeFolder(process.env);
    return { kind: 'done', value: { path }, lines: [[path]] };
  }
}
