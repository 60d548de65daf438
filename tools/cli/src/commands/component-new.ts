import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { libraryFlags, networkFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentNew extends MobyCommand {
  static override summary = 'Begin a component, of a Debian package or of files of its own';
  static override description =
    'With `--from`, chooses what is kept of the package by what its programs load, pins it on linux/amd64 and linux/arm64, and derives the payload; reads license, users, directories and unit as text, and says what is a guess. Without, writes a skeleton whose blanks `component validate` names. It goes into the first folder of `--components`, else into the library; nothing is left half-written.';
  static override examples = [
    '<%= config.bin %> component new memcached --from deb:memcached@trixie --with-libraries',
    {
      description: 'with all that a pull request needs to know of you',
      command: '<%= config.bin %> component new memcached --from deb:memcached@trixie --owner "Ann Lee" --owner-github ann --owner-id 4711',
    },
    { description: 'of files of its own', command: '<%= config.bin %> component new greeter' },
  ];
  static override usage =
    'component new NAME [--from deb:PACKAGE@SUITE] [--line N.M] [--with-libraries] [--force] [--owner NAME] [--owner-github LOGIN] [--owner-id NUMBER] [--components DIR...] [--debian-mirror URL] [--json]';
  static override args = {
    name: Args.string({ required: true, description: 'what the component is called: lowercase letters, digits, dashes' }),
  };
  static override flags = {
    from: Flags.string({ helpValue: 'deb:PACKAGE@SUITE', description: 'the package that it is made of, and the code name of its suite' }),
    line: Flags.string({
      helpValue: 'N.M',
      description: "the line, `N`, `N.M` or `N.M.P`; by default as fine as the component's other lines, else `N.M`",
    }),
    'with-libraries': Flags.boolean({ description: 'make components of the libraries that are missing, too' }),
    force: Flags.boolean({ description: 'write a line anew that is there already' }),
    owner: Flags.string({
      helpValue: 'NAME',
      description: "who will answer for it, as OWNERS.yaml names them; by default git's user.name",
    }),
    'owner-github': Flags.string({ helpValue: 'LOGIN', description: 'their login at the forge' }),
    'owner-id': Flags.string({
      helpValue: 'NUMBER',
      description:
        'their number there, without which a library takes no new maintainer (MOBY-O402); at GitHub `gh api users/LOGIN --jq .id`',
    }),
    ...libraryFlags,
    'debian-mirror': networkFlags['debian-mirror'],
  };
  static override jsonShape =
    '{ "created": [{ "component", "version", "files": string[], "pins": [{ "platform", "package", "version" }], "needs": [{ "component", "range", "lacks": string[] }], "service"?: { "user", "capabilities", "ports" }, "license", "omitted": [{ "paths", "reason" }], "guesses": string[], "blanks": string[], "without": [{ "platform", "reason" }] }], "missing": [{ "component", "name", "package", "suite" }], "unfound": string[] }, or of a skeleton { "component", "files": string[], "blanks": string[] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ComponentNew);
    const { newOutcome } = await import('../author/new-outcome.ts');
    return newOutcome({
      name: args.name,
      from: flags.from,
      line: flags.line,
      force: flags.force,
      withLibraries: flags['with-libraries'],
      flags,
      session,
    });
  }
}
