import { abiBump } from './abi-bump.ts';
import { attestSubject } from './attest-subject.ts';
import { bomb } from './bomb.ts';
import { bumpRequired } from './bump-required.ts';
import { canonicalFormat } from './canonical-format.ts';
import { caseFold } from './case-fold.ts';
import { collide } from './collide.ts';
import { commitSigned } from './commit-signed.ts';
import { conflicts } from './conflicts.ts';
import { criticalPath } from './critical-path.ts';
import { cycle } from './cycle.ts';
import { dco } from './dco.ts';
import { depExists } from './dep-exists.ts';
import { dependentsOk } from './dependents-ok.ts';
import { deprecatedDep } from './deprecated-dep.ts';
import { description } from './description.ts';
import { digests } from './digests.ts';
import { entryKind } from './entry-kind.ts';
import { firstTimer } from './first-timer.ts';
import { historyAppend } from './history-append.ts';
import { immutableId } from './immutable-id.ts';
import { jsonStrict } from './json-strict.ts';
import { latestNotYanked } from './latest-not-yanked.ts';
import { licence } from './licence.ts';
import { lineFit } from './line-fit.ts';
import { lineShape } from './line-shape.ts';
import { links } from './links.ts';
import { lockCanonical } from './lock-canonical.ts';
import { lockCurrent } from './lock-current.ts';
import { lockPublished } from './lock-published.ts';
import { mergeConflict } from './merge-conflict.ts';
import { monotonic } from './monotonic.ts';
import { nameShape } from './name-shape.ts';
import { newNamespace } from './new-namespace.ts';
import { noLifecycle } from './no-lifecycle.ts';
import { noMix } from './no-mix.ts';
import { noSkip } from './no-skip.ts';
import { noteAgrees } from './note-agrees.ts';
import { objectsReadable } from './objects-readable.ts';
import { oneComponent } from './one-component.ts';
import { overBump } from './over-bump.ts';
import { ownerApproval } from './owner-approval.ts';
import { ownersChange } from './owners-change.ts';
import { ownersValid } from './owners-valid.ts';
import { packageAgree } from './package-agree.ts';
import { packageKeys } from './package-keys.ts';
import { pathMatchesName } from './path-matches-name.ts';
import { permissionGrowth } from './permission-growth.ts';
import { platforms } from './platforms.ts';
import { prereleaseDep } from './prerelease-dep.ts';
import { protoKeys } from './proto-keys.ts';
import { publicShadow } from './public-shadow.ts';
import { publishedFrozen } from './published-frozen.ts';
import { rangeShape } from './range-shape.ts';
import { removalSafe } from './removal-safe.ts';
import { reproducible } from './reproducible.ts';
import { requiredFiles } from './required-files.ts';
import { reserved } from './reserved.ts';
import type { GovernanceRule } from './rule.ts';
import { safePaths } from './safe-paths.ts';
import { schemaVersion } from './schema-version.ts';
import { schema } from './schema.ts';
import { secrets } from './secrets.ts';
import { selfWaiver } from './self-waiver.ts';
import { sensitivePath } from './sensitive-path.ts';
import { sizeLimits } from './size-limits.ts';
import { sourceRef } from './source-ref.ts';
import { staleBase } from './stale-base.ts';
import { stateChange } from './state-change.ts';
import { stateOrder } from './state-order.ts';
import { stillSolvable } from './still-solvable.ts';
import { strictSemver } from './strict-semver.ts';
import { takeoverCooloff } from './takeover-cooloff.ts';
import { tarEntries } from './tar-entries.ts';
import { textSafe } from './text-safe.ts';
import { treeSane } from './tree-sane.ts';
import { trustChange } from './trust-change.ts';
import { typosquat } from './typosquat.ts';
import { undecidable } from './undecidable.ts';
import { unexplainedDigest } from './unexplained-digest.ts';
import { unknownFile } from './unknown-file.ts';
import { waiverState } from './waiver-state.ts';
import { yamlStrict } from './yaml-strict.ts';

/** Every rule, by its number. */
export const catalogue: readonly GovernanceRule[] = [
  objectsReadable,
  sizeLimits,
  treeSane,
  entryKind,
  caseFold,
  mergeConflict,
  sensitivePath,
  noMix,
  oneComponent,
  requiredFiles,
  pathMatchesName,
  jsonStrict,
  yamlStrict,
  canonicalFormat,
  unknownFile,
  schema,
  schemaVersion,
  protoKeys,
  textSafe,
  packageAgree,
  safePaths,
  licence,
  links,
  description,
  platforms,
  packageKeys,
  nameShape,
  reserved,
  collide,
  typosquat,
  publicShadow,
  newNamespace,
  lineShape,
  ownersValid,
  immutableId,
  ownerApproval,
  ownersChange,
  stateChange,
  selfWaiver,
  takeoverCooloff,
  criticalPath,
  firstTimer,
  historyAppend,
  strictSemver,
  publishedFrozen,
  bumpRequired,
  monotonic,
  noSkip,
  abiBump,
  overBump,
  prereleaseDep,
  noteAgrees,
  undecidable,
  lineFit,
  depExists,
  rangeShape,
  cycle,
  stillSolvable,
  dependentsOk,
  removalSafe,
  conflicts,
  deprecatedDep,
  stateOrder,
  latestNotYanked,
  lockCurrent,
  lockCanonical,
  lockPublished,
  tarEntries,
  bomb,
  digests,
  unexplainedDigest,
  noLifecycle,
  reproducible,
  sourceRef,
  secrets,
  permissionGrowth,
  commitSigned,
  attestSubject,
  trustChange,
  dco,
  waiverState,
  staleBase,
];
