/**
 * Upstream's version out of Debian's (deb-version(7): `[epoch:]upstream[-revision]`), as text for the model's mapping.
 *
 * - the epoch goes, and the revision behind the last dash (with `+deb13u1`, `~bpo13+1`, `+b3`);
 * - `X+reallyY` is Y: a package that went back to an older release without going back in its own version;
 * - marks of a repacked source go: `+dfsg`, `.dfsg`, `+dfsg2`, `+ds1`, `~ds`, `+repack`, `.stripped`, `+git…`;
 * - words that only say that it is a release go: `-stable`, `-release`, `-final`;
 * - stable updates of native packages go: `~deb12u1`, `+deb12u1`.
 *
 * Any other `~` marks a prerelease (`8.1~rc1`) and stays, so that the mapping refuses it instead of calling it a release.
 */
export function upstreamOfDebian(version: string): string {
  const withoutEpoch = version.replace(/^[0-9]+:/, '');
  const dash = withoutEpoch.lastIndexOf('-');
  let upstream = dash < 0 ? withoutEpoch.replace(/[+~](?:deb|bpo|b)[0-9][0-9u+~.]*$/, '') : withoutEpoch.slice(0, dash);
  const really = upstream.lastIndexOf('+really');
  if (really >= 0) upstream = upstream.slice(really + '+really'.length);
  return withoutMarks(upstream);
}

const repackMark = /[.+~](?:dfsg|ds|repack|stripped|debian)[0-9.]*$/;
const releaseMark = /-(?:stable|release|final)$/;
const snapshotMark = /\+(?:git|svn|hg|really|~)[0-9A-Za-z.]*$/;

function withoutMarks(upstream: string): string {
  let text = upstream;
  for (let shorter = text; ; text = shorter) {
    shorter = text.replace(repackMark, '').replace(snapshotMark, '').replace(releaseMark, '');
    if (shorter === text) return text;
  }
}
