import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { libraryFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentState extends MobyCommand {
  static override summary = 'Show where a component stands in its life, or write another state into its OWNERS.yaml';
  static override description =
    'Without STATE: its state, how it came there, and which ways lead on, with who has to agree and what else has to be there. With STATE its OWNERS.yaml gets the state and an entry of its history; everything else in the file stays. The life cycle is docs/governance/lifecycle.yaml of the library, where it has one. Nothing is decided by that: a pull request with the file is.';
  static override examples = [
    '<%= config.bin %> component state redis',
    '<%= config.bin %> component state redis deprecated --change 512 --actor 4711 --reason "upstream has given it up" --successor valkey',
  ];
  static override args = {
    name: Args.string({ required: true, description: 'a component' }),
    state: Args.string({ description: 'the state that it is to have' }),
  };
  static override flags = {
    change: Flags.string({ helpValue: 'NUMBER|URL', description: 'the pull request that asks for it' }),
    actor: Flags.string({ helpValue: 'ID|NAME', description: 'who asks for it: the number at the forge, or the user name' }),
    reason: Flags.string({ helpValue: 'TEXT', description: 'why' }),
    evidence: Flags.string({ helpValue: 'FILE|URL', description: 'what shows that the conditions are met' }),
    successor: Flags.string({ helpValue: 'NAME', description: 'the component to take in place of one that is deprecated' }),
    date: Flags.string({ helpValue: 'DAY', description: 'the day of the entry, as 2027-01-31; by default today, in UTC' }),
    ...libraryFlags,
  };
  static override jsonShape =
    '{ "component", "state", "file", "history": [{ "from"?, "to", "change", "actor", "date", "evidence"?, "reason"? }], "ways": [{ "to", "people": string[], "conditions": string[], "followUp"? }], "changed"?: { "from", "to" } }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ComponentState);
    const { stateOutcome } = await import('../state/state-outcome.ts');
    return stateOutcome({ name: args.name, state: args.state, flags, session });
  }
}
