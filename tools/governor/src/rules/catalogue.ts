import { bomb } from './bomb.ts';
import { collide } from './collide.ts';
import { description } from './description.ts';
import { digests } from './digests.ts';
import { jsonStrict } from './json-strict.ts';
import { licence } from './licence.ts';
import { lineShape } from './line-shape.ts';
import { links } from './links.ts';
import { nameShape } from './name-shape.ts';
import { newNamespace } from './new-namespace.ts';
import { noLifecycle } from './no-lifecycle.ts';
import { packageAgree } from './package-agree.ts';
import { packageKeys } from './package-keys.ts';
import { permissionGrowth } from './permission-growth.ts';
import { platforms } from './platforms.ts';
import { protoKeys } from './proto-keys.ts';
import { publicShadow } from './public-shadow.ts';
import { reproducible } from './reproducible.ts';
import { reserved } from './reserved.ts';
import type { GovernanceRule } from './rule.ts';
import { safePaths } from './safe-paths.ts';
import { schema } from './schema.ts';
import { schemaVersion } from './schema-version.ts';
import { secrets } from './secrets.ts';
import { sourceRef } from './source-ref.ts';
import { tarEntries } from './tar-entries.ts';
import { textSafe } from './text-safe.ts';
import { typosquat } from './typosquat.ts';
import { unexplainedDigest } from './unexplained-digest.ts';

/** Every rule, by its number. */
export const catalogue: readonly GovernanceRule[] = [
  jsonStrict,
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
  tarEntries,
  bomb,
  digests,
  unexplainedDigest,
  noLifecycle,
  reproducible,
  sourceRef,
  secrets,
  permissionGrowth,
];
