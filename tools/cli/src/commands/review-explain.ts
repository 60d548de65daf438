import * as Args from '@oclif/core/args';
import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ReviewExplain extends MobyCommand {
  static override summary = 'Say what a rule of the governor protects from, and when it has a finding';
  static override examples = ['<%= config.bin %> review explain V506', '<%= config.bin %> review explain abi-bump'];
  static override args = { rule: Args.string({ required: true, description: 'its number or its name' }) };
  static override jsonShape =
    '{ "id", "name", "severity", "waivableBy", "why", "examples": { "fails", "passes" }, "clauses": [{ "name", "when" }] }, of one that waits { "id", "name", "waits": true, "why" }';

  protected override async perform(): Promise<Outcome> {
    const { args } = await this.parse(ReviewExplain);
    const { ruleOutcome } = await import('../words/governance-rules.ts');
    return ruleOutcome(args.rule);
  }
}
