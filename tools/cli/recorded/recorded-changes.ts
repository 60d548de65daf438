import type { ReviewReport } from '@moby/governor';
import { signOff, type LibraryClone } from './library-clone.ts';
import { assembliesWith, lockOf, newestLine, otherPayloads, raiseRevision, raiseUpstream, relockThoseWith } from './lines.ts';

/** A pull request to this library: what it does to whatever the library is by now, and what is said of it. */
export interface RecordedChange {
  /** A phrase for whoever reads the run. */
  readonly about: string;
  readonly verdict: ReviewReport['verdict'];
  /** The rules that have to speak, and no others: `V506 abi-bump`. */
  readonly rules: readonly string[];
  readonly change: (library: LibraryClone) => void | Promise<void>;
  /** Signed off without it. */
  readonly message?: string;
  /** Nobody has looked at it; else two stewards have approved of it. */
  readonly isUnseen?: true;
}

const policy = 'docs/governance/policy.yaml';
const addWord = (text: string): string => `${text}\nOne word more.\n`;
const readme = (library: LibraryClone, ...components: readonly string[]): void => {
  for (const name of components) library.edit(`components/${name}/README.md`, addWord);
};

/** By name. Payloads that change are derived by nobody, since that takes packages: such a change is for a person at least. */
export const recordedChanges: Readonly<Record<string, RecordedChange>> = {
  readme: {
    about: 'a sentence in the README.md of tini',
    verdict: 'pass',
    rules: [],
    change: (library) => readme(library, 'tini'),
  },
  group: {
    about: 'a sentence for containerd and one for its shim, which a group of the policy holds',
    verdict: 'pass',
    rules: [],
    change: (library) => readme(library, 'containerd', 'containerd-shim-runc'),
  },
  'more-memory': {
    about: 'redis may use more memory, as a new revision, and the locks come along',
    verdict: 'pass',
    rules: [],
    change: async (library) => {
      const line = newestLine(library, 'redis');
      raiseRevision(library, line);
      library.edit(line.manifest, (text) =>
        text.replace(/"memory": "(\d+)(\w+)"/, (_, size, unit) => `"memory": "${Number(size) * 2}${unit}"`),
      );
      await relockThoseWith(library, 'redis');
    },
  },
  page: {
    about: 'a page of the library’s documentation',
    verdict: 'pass',
    rules: [],
    change: (library) => library.write('docs/explanation/a-page.md', '# A page\n'),
  },
  'redis-patch': {
    about: 'the next patch of redis, of which nobody has derived the payload',
    verdict: 'needs-review',
    rules: ['P706 reproducible'],
    change: async (library) => {
      raiseUpstream(library, newestLine(library, 'redis'));
      await relockThoseWith(library, 'redis');
    },
  },
  'new-component': {
    about: 'redis once more, under a name of its own',
    verdict: 'needs-review',
    rules: ['P706 reproducible'],
    change: (library) => {
      const { line } = newestLine(library, 'redis');
      renameCopy(library, { from: 'redis', to: 'keyvalue', line });
    },
  },
  typosquat: {
    about: 'redis once more, under nearly its name',
    verdict: 'needs-review',
    rules: ['N304 typosquat', 'P706 reproducible'],
    change: (library) => {
      const { line } = newestLine(library, 'redis');
      renameCopy(library, { from: 'redis', to: 'rediss', line });
    },
  },
  policy: {
    about: 'a lower limit in the policy, at which nobody has looked',
    verdict: 'needs-review',
    rules: ['G008 sensitive-path'],
    isUnseen: true,
    change: (library) => library.edit(policy, (text) => text.replace(/paths: \d+/, 'paths: 7')),
  },
  'policy-and-component': {
    about: 'a policy that allows what comes along',
    verdict: 'fail',
    rules: ['G009 no-mix', 'S101 one-component'],
    change: (library) => {
      readme(library, 'containerd', 'docker');
      library.edit(policy, (text) =>
        text.replace('batchGroups:', 'batchGroups:\n  - { name: ours, components: [containerd, docker], reason: ours }'),
      );
    },
  },
  'two-components': {
    about: 'containerd and docker in one change',
    verdict: 'fail',
    rules: ['S101 one-component'],
    change: (library) => readme(library, 'containerd', 'docker'),
  },
  'dropped-offer': {
    about: 'a revision of containerd that no longer offers its interface',
    verdict: 'fail',
    rules: ['C605 dependents-ok', 'V506 abi-bump'],
    change: (library) => {
      const line = newestLine(library, 'containerd');
      raiseRevision(library, line);
      library.edit(line.manifest, (text) => text.replace(/ *"api:containerd": "[^"]*",\n/, ''));
    },
  },
  'tampered-digest': {
    about: 'a revision of tini with other bytes under the same version of its package',
    verdict: 'fail',
    rules: ['P704 unexplained-digest', 'P706 reproducible'],
    change: async (library) => {
      const line = newestLine(library, 'tini');
      raiseRevision(library, line);
      library.edit(line.manifest, (text) => text.replaceAll(/"sha256": "[0-9a-f]{8}/g, '"sha256": "00000000'));
      otherPayloads(library, line.folder);
      await relockThoseWith(library, 'tini');
    },
  },
  'same-version': {
    about: 'tini with another description under its old version',
    verdict: 'fail',
    rules: ['V503 bump-required'],
    change: async (library) => {
      library.edit(newestLine(library, 'tini').manifest, (text) => text.replace('"description": "', '"description": "Still: '));
      await relockThoseWith(library, 'tini');
    },
  },
  'install-script': {
    about: 'a program that npm would run on installing',
    verdict: 'fail',
    rules: ['P705 no-lifecycle'],
    change: (library) => {
      const line = newestLine(library, 'cni-plugins');
      raiseRevision(library, line);
      library.edit(line.manifest, (text) => {
        const json: object = JSON.parse(text);
        return `${JSON.stringify({ ...json, scripts: { postinstall: 'sh run' } }, undefined, 2)}\n`;
      });
    },
  },
  'edited-lock': {
    about: 'a lock that names other contents of redis',
    verdict: 'fail',
    rules: ['C613 lock-published'],
    change: (library) => {
      const [assembly = ''] = assembliesWith(library, 'redis');
      library.edit(lockOf(assembly), (text) => text.replace(/"tree": "sha256:[0-9a-f]{8}/, '"tree": "sha256:00000000'));
    },
  },
  'formatted-lock': {
    about: 'a lock with an empty line at its end',
    verdict: 'fail',
    rules: ['C612 lock-canonical'],
    change: (library) => {
      const [assembly = ''] = assembliesWith(library, 'redis');
      library.edit(lockOf(assembly), (text) => `${text}\n`);
    },
  },
  'stale-lock': {
    about: 'an assembly with one component more, and its old lock',
    verdict: 'fail',
    rules: ['C611 lock-current'],
    change: (library) => {
      const [assembly = ''] = assembliesWith(library, 'redis');
      library.edit(`assemblies/${assembly}/assembly.yaml`, (text) => `${text}with: [netcat]\n`);
    },
  },
  'removed-need': {
    about: 'zlib taken away, which a log daemon in a root of its own needs',
    verdict: 'fail',
    rules: ['C604 still-solvable', 'C606 removal-safe', 'C611 lock-current'],
    change: (library) => library.remove('components/zlib'),
  },
  'no-readme': {
    about: 'tini without its README.md',
    verdict: 'fail',
    rules: ['S102 required-files'],
    change: (library) => library.remove('components/tini/README.md'),
  },
  'private-key': {
    about: 'a private key among the files of dhcp',
    verdict: 'fail',
    rules: ['P706 reproducible', 'P708 secrets'],
    change: async (library) => {
      const line = newestLine(library, 'dhcp');
      raiseRevision(library, line);
      library.write(`${line.folder}/files/etc/key`, '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n');
      await relockThoseWith(library, 'dhcp');
    },
  },
  'not-signed-off': {
    about: 'a sentence that nobody has signed off',
    verdict: 'fail',
    rules: ['R901 dco'],
    message: 'docs: a word\n',
    change: (library) => readme(library, 'tini'),
  },
};

interface Renamed {
  readonly from: string;
  readonly to: string;
  readonly line: string;
}

/** A new component, made of one line of another. */
function renameCopy(library: LibraryClone, { from, to, line }: Renamed): void {
  library.copy(`components/${from}/${line}`, `components/${to}/${line}`);
  library.copy(`components/${from}/README.md`, `components/${to}/README.md`);
  library.write(
    `components/${to}/OWNERS.yaml`,
    'lifecycle: experimental\nmaintainers:\n  - { name: Ann, id: 11, github: ann, registry: ann }\n',
  );
  library.edit(`components/${to}/${line}/package.json`, (text) => text.replace(`"name": "@moby/${from}"`, `"name": "@moby/${to}"`));
}

export const ordinaryMessage: string = `a change\n\n${signOff}\n`;
