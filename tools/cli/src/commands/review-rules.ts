import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ReviewRules extends MobyCommand {
  static override summary = 'List the rules that pull requests and releases are judged by';
  static override examples = ['<%= config.bin %> review rules'];
  static override jsonShape =
    '{ "rules": [{ "id", "name", "severity", "waivableBy", "why", "examples": { "fails", "passes" }, "clauses": [{ "name", "when" }] }], "waiting": [{ "id", "name", "why" }] }';

  protected override async perform(): Promise<Outcome> {
    await this.parse(ReviewRules);
    const { rulesOutcome } = await import('../words/governance-rules.ts');
    return rulesOutcome();
  }
}
