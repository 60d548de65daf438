import { ofPackage, type Clause, type Found, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

export const noLifecycle: GovernanceRule = ofPackage({
  id: 'MOBY-P705',
  name: 'no-lifecycle',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A component is data. Whoever installs it with a client of npm runs nothing of it, gets no program of it onto a PATH, and no packages that nobody resolved.',
  examples: { fails: '`"scripts": {"postinstall": "sh setup"}`, a `binding.gyp`', passes: 'none of them' },
  clauses: [
    key('scripts', ['scripts'], 'npm runs scripts when a package is installed'),
    key('bin', ['bin', 'directories'], 'npm puts such programs onto a PATH'),
    key('gypfile', ['gypfile'], 'npm builds what it names'),
    key('bundled', ['bundledDependencies', 'bundleDependencies'], 'npm installs what is in the archive, whatever it is'),
    file('binding-gyp', 'binding.gyp', (path) => path === 'binding.gyp', 'npm builds it when the package is installed'),
    file(
      'node-modules',
      'packages below node_modules',
      (path) => path.split('/').includes('node_modules'),
      'npm takes them for dependencies',
    ),
  ],
});

function key(name: string, keys: readonly string[], because: string): Clause<PackageSubject> {
  return {
    name,
    when: `package.json has ${keys.map((one) => `\`${one}\``).join(' or ')}: ${because}`,
    *find({ json }): Iterable<Found> {
      for (const one of keys)
        if (Object.hasOwn(json, one))
          yield { at: [one], key: true, message: `a component has no \`${one}\`: ${because}`, help: 'take it out' };
    },
  };
}

function file(name: string, what: string, isSo: (path: string) => boolean, because: string): Clause<PackageSubject> {
  return {
    name,
    when: `the package has ${what}: ${because}`,
    *find({ question }): Iterable<Found> {
      for (const path of question.release.files.keys())
        if (isSo(path)) yield { file: path, message: `a component has no \`${path}\`: ${because}`, help: 'leave it out' };
    },
  };
}
