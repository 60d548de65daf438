import type { LibraryFile } from './write-new-file.ts';

export interface NewLibrary {
  /** As `@acme`. */
  readonly scope: string;
  /** Who decides what is nobody's own; a form is left where nobody is known. */
  readonly steward: string | undefined;
  /** Of the program that judges its pull requests. */
  readonly version: string;
}

/** What a new library begins with, sorted by path. */
export function libraryFiles(library: NewLibrary): readonly LibraryFile[] {
  return [
    { path: '.ci/pre-receive', text: hookText(library), executable: true },
    { path: '.ci/review', text: scriptText(library), executable: true },
    { path: '.github/workflows/review.yml', text: workflowText(library) },
    { path: 'assemblies/README.md', text: assembliesText },
    { path: 'components/README.md', text: componentsText(library) },
    { path: 'docs/governance/OWNERS.sample.yaml', text: ownersText },
    { path: 'docs/governance/README.md', text: governanceText },
    { path: 'docs/governance/policy.yaml', text: policyText(library) },
  ];
}

function policyText({ scope, steward }: NewLibrary): string {
  const name = steward === undefined ? 'NAME' : JSON.stringify(steward);
  return `# What this library has decided. It counts from the merge on: a pull request is judged by the policy that it would be merged into.
# What is left out is as the governor has it by itself: licences, reserved and popular names, hosts.

# Scopes of npm that components may have; the first is the library's own.
scopes: ['${scope}']

# Suites of Debian that payloads are made of.
suites: [bookworm, trixie]

# Who may bring a component that nobody answers for yet: by-steward, or first-come.
newComponents: by-steward

# Beyond these a steward looks at a pull request.
changeLimits:
  paths: 500
  components: 20
  blobBytes: 5242880
  addedBytes: 20971520

# What nothing works without: two people of different organisations look at a change of it.
criticalRoots: []

# Components of one source, which one pull request may change together: { name, components: [], reason }.
batchGroups: []

# What every component rests on changes with a steward only.
sensitivePaths: [docs/governance/, .ci/, .github/]

# Who decides what is nobody's own. \`github\` and \`id\` are the login and its number at the forge; the number stays when they rename themselves.
roles:
  steward:
    - name: ${name}
      # github: LOGIN
      # id: NUMBER
  security-team: []

# { rule, package, by, reason } and a version, or a last day in \`until\`: each ends by itself.
waivers: []
`;
}

const governanceText = `# How this library is governed

| file | says |
|---|---|
| [policy.yaml](policy.yaml) | by which measure pull requests are judged, and who holds which role |
| lifecycle.yaml | the states of a component, and who may lead it from one to another; without the file, the usual ones: \`moby-compose component state NAME\` shows them |
| \`components/*/OWNERS.yaml\` | who answers for a component, and where it stands: [a form](OWNERS.sample.yaml) |

Only what is merged counts: nobody gets past a rule by changing it in the same pull request. A waiver ends by itself. History is added to, never changed.
`;

const ownersText = `# Who answers for a component: copy this to components/NAME/OWNERS.yaml.

# proposed, experimental, maintained, fixes-only, deprecated, orphaned, quarantined, retired; begin with experimental.
lifecycle: experimental

maintainers:
  - name: NAME
    # Their login at the forge, and its number, which stays when they rename themselves.
    # github: LOGIN
    # id: NUMBER
    # For whom they do it. A component that is \`maintained\` does not hang on one person.
    # organisation: NAME
    # As whom they publish at the registry, and the keys that they sign with: moby-compose key show
    # registry: USER
    # keys: [KEY]

# A component that is given up names what to take in its place.
# successor: NAME

# How it came to its state: moby-compose component state NAME STATE writes an entry.
# history: []
`;

function componentsText({ scope }: NewLibrary): string {
  return `# Components

\`components/NAME/LINE/package.json\` is a component's line: npm's package \`${scope}/NAME\`, with its manifest under the key \`component\`. Beside it lie \`facts.json\` and
its like, which the tool writes, and \`files/\`. Above its lines lie \`OWNERS.yaml\` and \`README.md\`.

\`moby-compose component new NAME --from deb:PACKAGE@SUITE\` makes one of a package.
`;
}

const assembliesText = `# Assemblies

\`assemblies/NAME/assembly.yaml\` names the components of a machine; \`assembly.lock.json\` beside it is written by the tool.
`;

function scriptText({ version }: NewLibrary): string {
  return `#!/bin/sh
# Judges what a branch changes, on any CI: .ci/review BASE [HEAD]. Both commits have to be there, with their histories.
# 0 pass · 1 fail · 2 no verdict · 3 somebody has to decide. Nothing of the branch is run.
set -eu
repository=$(git rev-parse --show-toplevel)
base=$(git rev-parse --verify "\${1:-origin/main}^{commit}")
head=$(git rev-parse --verify "\${2:-HEAD}^{commit}")
# Not in the checkout, where npm would read what the branch brings along.
cd "$(mktemp -d)"
exec npx --yes moby-compose@${version} review --repo "$repository" --base "$base" --head "$head" --format "\${FORMAT:-text}"
`;
}

function hookText({ version }: NewLibrary): string {
  return `#!/bin/sh
# Judges what is pushed before it is taken: copy this to hooks/pre-receive of the repository that is pushed to.
# What needs somebody's decision comes in with words, since who may push there decides by pushing; --needs-review refuse is for others.
exec npx --yes moby-compose@${version} review hook
`;
}

/** As this project judges its own (.github/workflows/review.yml), by a release of it. */
function workflowText({ version }: NewLibrary): string {
  return `name: review

# \`pull_request_target\` runs what the base has: this file, the action, and the program are the base's, whatever the pull request makes of them.
# Its commits are fetched as data and never checked out, so none of its code is run, here or in the action.
on:
  pull_request_target:
    types: [opened, reopened, synchronize, edited, ready_for_review, converted_to_draft, labeled, unlabeled]
  workflow_dispatch:
    inputs:
      number:
        description: The pull request that is to be judged again, as after an approval
        required: true
        type: number

permissions: {}

concurrency:
  group: review-\${{ github.event.pull_request.number || inputs.number }}

jobs:
  judge:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      pull-requests: read
      checks: read
    steps:
      - uses: moby/moby-compose@v${version}
        with:
          step: judge
          number: \${{ github.event.pull_request.number || inputs.number }}
          derive: true
      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        with:
          name: review-report
          path: report.json
          if-no-files-found: error
          retention-days: 14

  post:
    needs: judge
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      checks: write
      issues: write
      pull-requests: write
    steps:
      - uses: actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0
        with:
          name: review-report
      - uses: moby/moby-compose@v${version}
        with:
          step: post
          number: \${{ github.event.pull_request.number || inputs.number }}
`;
}
