/** Said when the archive's newest package belongs to another line than the component that would take it. */
export interface LeftLine {
  /** `name/line`. */
  readonly component: string;
  readonly suite: string;
  /** The archive's package and version. */
  readonly package: string;
  readonly debianVersion: string;
  /** Upstream as semver. */
  readonly upstream: string;
}

export interface LeftLineWords {
  readonly message: string;
  readonly hints: readonly string[];
}

/** The line that would hold an upstream version, as fine as the line that it leaves: `8.0` and 8.2.1 → `8.2`. */
export function lineFor(upstream: string, line: string): string {
  return upstream.split('.').slice(0, line.split('.').length).join('.');
}

/** An update is refused: what the person can do is to begin the new line. */
export function leftLineOnUpdate(left: LeftLine): LeftLineWords {
  const { name, line, next } = linesOf(left);
  return {
    message: `${suiteOffers(left)}, which is not in the line \`${name}/${line}\``,
    hints: [
      `begin the line \`${name}/${next}\`: copy components/${name}/${line} there, take out its pins, then npx moby-compose component update ${name}/${next}`,
      `keep \`${name}/${line}\` as it is for as long as a mirror or the store has its packages`,
    ],
  };
}

/** A refresh is refused: the packages have vanished, and nothing in the line takes their place. */
export function leftLineOnRefresh(left: LeftLine & { readonly vanished: string }): LeftLineWords {
  const { name, line, next } = linesOf(left);
  return {
    message: `the archive has dropped ${left.vanished}, which \`${name}/${line}\` pins, and ${suiteOffers(left)}: another line`,
    hints: [
      `admit ${name}@${next} where the assembly asks for ${name}, if the library has that line: npx moby-compose info ${name}`,
      'or name a mirror that keeps old packages: --debian-mirror',
    ],
  };
}

function suiteOffers(left: LeftLine): string {
  return `${left.suite} has gone on to ${left.package} ${left.debianVersion} (upstream ${left.upstream})`;
}

function linesOf(left: LeftLine): { readonly name: string; readonly line: string; readonly next: string } {
  const [name = left.component, line = ''] = left.component.split('/');
  return { name, line, next: lineFor(left.upstream, line) };
}
