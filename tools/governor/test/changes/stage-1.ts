import { defaultPolicy } from '@moby/governor';
import { library, type ChangeFixture, type PullRequest } from '../pull-request.ts';
import { assembly as small, machine, withAssembly } from './small-library.ts';

const tini = library();
const readme = { 'components/tini/README.md': '# tini\n\nAnother word.\n' };
const ordinary: PullRequest = { head: readme };

/** A component beside `tini`, without lines. */
const other = { 'components/dbus/OWNERS.yaml': tini['components/tini/OWNERS.yaml'] ?? '', 'components/dbus/README.md': '# dbus\n' };
const otherToo = { ...readme, 'components/dbus/README.md': '# dbus\n\nAnother word.\n' };

const line = 'components/tini/0.19';
const facts = tini[`${line}/facts.json`] ?? '';
interface Manifest {
  name: string;
  version: string;
  description: string;
  files: string[];
}

/** The line with its next version, package.json written as the tool writes it; other files of the line by their names. */
const raised = (change: (json: Manifest) => void, others: Readonly<Record<string, string>> = {}): PullRequest => {
  const json: Manifest = JSON.parse(tini[`${line}/package.json`] ?? '');
  json.version = '0.19.2';
  json.description = `${json.description}, once`;
  json.files.push(...Object.keys(others).filter((file) => !json.files.includes(file) && file !== 'package.json'));
  change(json);
  const files = { 'package.json': `${JSON.stringify(json, undefined, 2)}\n`, ...others };
  return { head: Object.fromEntries(Object.entries(files).map(([file, text]) => [`${line}/${file}`, text])) };
};
const asItWas = (): void => undefined;
/** A raised line whose package.json is written otherwise. */
const rewritten = (write: (text: string) => string): PullRequest => {
  const { head = {} } = raised(asItWas);
  return { head: { ...head, [`${line}/package.json`]: write(head[`${line}/package.json`] ?? '') } };
};

const assembly = (text: string): PullRequest => ({ head: { 'assemblies/one/assembly.yaml': text } });
const plain = 'name: one\nversion: 1.0.0\nservices:\n  - component: tini\n';

export const stage1: Readonly<Record<string, ChangeFixture>> = {
  'one-component': {
    fail: { several: { base: other, head: otherToo } },
    pass: [
      ordinary,
      {
        base: other,
        head: otherToo,
        policy: { ...defaultPolicy, batchGroups: [{ name: 'both', components: ['dbus', 'tini', 'udev'], reason: 'built of one source' }] },
      },
    ],
  },
  'required-files': {
    fail: {
      owners: { head: { 'components/tini/OWNERS.yaml': undefined } },
      readme: { head: { 'components/tini/README.md': undefined } },
      package: { head: { 'components/tini/0.20/test/one.mts': 'x\n' } },
    },
    pass: [
      ordinary,
      { head: Object.fromEntries(Object.keys(tini).flatMap((path) => (path.startsWith('components/') ? [[path, undefined]] : []))) },
    ],
  },
  'path-matches-name': {
    fail: {
      name: raised((json) => {
        json.name = '@moby/tinier';
      }),
      nesting: { head: { [`${line}/more/package.json`]: '{}\n' } },
    },
    pass: [ordinary],
  },
  'yaml-strict': {
    fail: {
      syntax: { also: ['lock-current/missing'], base: machine, ...assembly(plain.replace('one', '&x one')) },
      'duplicate-key': assembly(`${plain}name: two\n`),
      'too-deep': assembly(`name: ${'['.repeat(40)}${']'.repeat(40)}\n`),
      'too-large': { also: ['lock-current/missing'], base: machine, ...assembly(`${plain}#${'x'.repeat(70_000)}\n`) },
      'not-utf8': {
        trees: (repository) => ({
          'assemblies/one': repository.tree([['100644', 'assembly.yaml', repository.blob(Buffer.of(0x61, 0xff))]]),
        }),
      },
    },
    pass: [ordinary, { base: machine, head: await withAssembly(machine, small('with: [tini]')) }],
  },
  'canonical-format': {
    fail: {
      package: rewritten((text) => text.replaceAll('  ', '\t')),
      facts: raised(asItWas, { 'facts.json': JSON.stringify(JSON.parse(facts)) }),
      symbols: raised(asItWas, { 'symbols.json': '{"symbols":1,"platforms":{}}' }),
      'kernel-symbols': raised(asItWas, { 'kernel-symbols.json': '{"symbols":1,"platforms":{}}' }),
    },
    pass: [ordinary, raised(asItWas), raised(asItWas, { 'README.md': '#\ttini\n' })],
  },
  'unknown-file': {
    fail: {
      'in-line': { head: { [`${line}/core.dump`]: 'x' } },
      'beside-lines': { head: { 'components/tini/notes.txt': 'x\n' } },
    },
    pass: [ordinary, { head: { [`${line}/test/one.mts`]: 'x\n' } }, { head: { 'components/tini/CHANGELOG.md': 'x\n' } }],
  },
};
