import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeFolder } from '@moby/testkit';
import { scratchWorkspace, type ScratchWorkspace } from './scratch-workspace.ts';

/** A line's package.json with what the graph reads; `requires` in all its spellings stands in edges.test.ts. */
function line(name: string, version: string, component: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name: `@moby/${name}`, version, component });
}

const files: Readonly<Record<string, string>> = {
  'schemas/component.v1.schema.json': '{}',
  'components/glibc/OWNERS.yaml': 'maintainers: []\n',
  'components/glibc/2.36/package.json': line('glibc', '2.36.1', { proven: { provides: { 'soname:libc.so.6': '2.36.0' } } }),
  'components/glibc/2.41/package.json': line('glibc', '2.41.1', { proven: { provides: { 'soname:libc.so.6': '2.41.0' } } }),
  'components/openssl/3.5/package.json': line('openssl', '3.5.401', {
    proven: { requires: { 'soname:libc.so.6': '>=2.38' }, provides: { 'soname:libssl.so.3': '3.5.4' } },
  }),
  'components/redis/7.0/package.json': line('redis', '7.0.1501', { proven: { requires: { 'soname:libc.so.6': '>=2.36' } } }),
  'components/redis/8.0/package.json': line('redis', '8.0.201', { proven: { requires: { 'soname:libssl.so.3': '*' } } }),
  'components/crun/1.21/package.json': line('crun', '1.21.1', {
    requires: { 'soname:libc.so.6': '*' },
    provides: { 'runtime:oci': '1.1.0' },
  }),
  'components/linux/6.12/package.json': line('linux', '6.12.1', {}),
  'components/init/1/package.json': line('init', '1.0.1', { requires: { 'runtime:oci': { range: '^1', in: 'machine' } } }),
  'assemblies/minimal/assembly.yaml': 'name: minimal\nversion: 1.0.0\n',
  'assemblies/redis-os/assembly.yaml': 'name: redis-os\nversion: 1.0.0\nextends: minimal@^1\nservices:\n  - component: redis@^8\n',
  'assemblies/old-redis/assembly.yaml': 'name: old-redis\nversion: 1.0.0\nextends: minimal@^1\nservices:\n  - component: redis@~7.0\n',
  'docs/page.md': 'words\n',
};

describe('nx affected', { timeout: 60_000 }, () => {
  let workspace: ScratchWorkspace;
  beforeAll(() => {
    workspace = scratchWorkspace(files);
  }, 60_000);
  afterAll(() => removeFolder(workspace.folder));

  test('a component touches what can choose it, through ranges and capabilities, and nothing else', () => {
    const affected = workspace.affectedBy({ 'components/openssl/3.5/files/openssl.cnf': '# changed\n' });
    expect(affected).toEqual(['assembly:redis-os', 'openssl/3.5', 'redis/8.0']);
  });

  test('every line that a range admits counts, not only the newest', () => {
    const affected = workspace.affectedBy({ 'components/glibc/2.36/facts.json': '{}' });
    // openssl, and with it redis 8.0, asks for a newer one; the assemblies come through the runtime of their init.
    expect(affected).toEqual([
      'assembly:minimal',
      'assembly:old-redis',
      'assembly:redis-os',
      'crun/1.21',
      'glibc/2.36',
      'init/1',
      'redis/7.0',
    ]);
  });

  test('owners touch the lines of their component', () => {
    expect(workspace.affectedBy({ 'components/glibc/OWNERS.yaml': 'maintainers: [somebody]\n' })).toContain('glibc/2.41');
  });

  test('an assembly touches those that extend it', () => {
    const affected = workspace.affectedBy({ 'assemblies/minimal/assembly.yaml': 'name: minimal\nversion: 1.0.1\n' });
    expect(affected).toEqual(['assembly:minimal', 'assembly:old-redis', 'assembly:redis-os']);
  });

  test('a schema touches all components, all assemblies, and the tools from the model up', () => {
    const affected = workspace.affectedBy({ 'schemas/component.v1.schema.json': '{"title":"changed"}' });
    const lines = Object.keys(files).flatMap((path) => /^components\/(.*\/.*)\/package.json$/.exec(path)?.[1] ?? []);
    const assemblies = ['assembly:minimal', 'assembly:redis-os', 'assembly:old-redis'];
    expect(affected).toEqual(expect.arrayContaining([...lines, ...assemblies, 'schemas', '@moby/model', '@moby/resolver', 'moby-compose']));
  });

  test('a tool touches the tools above it and what their targets run, not the tools below', () => {
    const affected = workspace.affectedBy({ 'tools/machine/src/index.ts': 'export const changed = 1;\n' });
    expect(affected).toEqual(['@moby/machine', 'assembly:minimal', 'assembly:old-redis', 'assembly:redis-os', 'moby-compose']);
  });

  test('a tool of the line touches the components that it judges', () => {
    const affected = workspace.affectedBy({ 'tools/abi/src/index.ts': 'export const changed = 1;\n' });
    expect(affected).toEqual(expect.arrayContaining(['@moby/abi', '@moby/composer', 'moby-compose', 'redis/8.0', 'assembly:redis-os']));
    expect(affected).not.toContain('@moby/model');
  });

  test('a page touches nothing', () => {
    expect(workspace.affectedBy({ 'docs/page.md': 'other words\n' })).toEqual([]);
  });
});
