import { githubFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ReviewFacts extends MobyCommand {
  static override summary = 'Ask a forge what git doesn’t know of a pull request';
  static override description =
    'Prints the document that `review --facts` reads: the numbers of the author and of who pushed, reviews with the head that each is about, labels, whether it is a draft or on hold (a label `hold`), the tip of the branch that is merged into, the checks that it asks for, and the day; of the components that it touches (at most 20), how long ago their owners were merged, and whose releases were. What the token of GITHUB_TOKEN may not see is left out, which a rule takes for unknown.';
  static override examples = ['<%= config.bin %> review facts --github moby/library#12 > facts.json'];
  static override flags = githubFlags;
  static override jsonShape =
    '{ "form": 1, "today"?, "number", "head", "target", "author"?: { "id", "login", "mergedChanges"? }, "pusher"?: { "id", "login" }, "reviews": [{ "id", "login", "state", "commit" }], "labels": string[], "draft", "hold", "queue"?, "checks"?: [{ "name", "required", "state" }], "logins", "components"?: { "<component>": { "daysSinceOwnersChanged"?, "releasers"? } } }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(ReviewFacts);
    const [{ parsePullRequestName, readFacts }, { openForge }] = await Promise.all([
      import('@moby/governor/act'),
      import('../review/open-forge.ts'),
    ]);
    const name = parsePullRequestName(flags.github);
    const forge = openForge(process.env, flags.api, session);
    try {
      session.reporter.wait('github', `asking about ${flags.github}`);
      return { kind: 'done', isDocument: true, value: await readFacts(forge.api, name), lines: [] };
    } finally {
      forge.close();
    }
  }
}
