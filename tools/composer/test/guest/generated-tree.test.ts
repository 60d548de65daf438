import { expect, test } from 'vitest';
import { generatedTree, mountPointsOf, type TreeEntry } from '../../src/build/guest/index.ts';
import { serviceOf } from './service-of.ts';

const service = serviceOf({
  tmpfs: [{ path: '/var/lib/data', sizeBytes: 1, mode: '0700' }],
  binds: [{ source: '/dev/tpmrm0', path: '/dev/tpmrm0', readonly: false, propagation: 'private' }],
});

const assembly = { name: 'shop-os', version: '1.2.0-rc.1' };

function shown(entries: readonly TreeEntry[]): string {
  return entries
    .map(
      (entry) =>
        `${entry.mode.toString(8).padStart(4, '0')} ${entry.path}${entry.kind === 'symlink' ? ` -> ${entry.target}` : entry.kind === 'directory' ? '/' : ''}`,
    )
    .join('\n');
}

test('has a folder for every mount, the links of a merged /usr, and the files that no package ships', () => {
  expect(shown(generatedTree({ name: 'db', assembly, service, platform: 'linux/amd64' }))).toBe(
    `
0777 bin -> usr/bin
0755 dev/
0755 etc/
0644 etc/group
0644 etc/hostname
0644 etc/hosts
0644 etc/os-release
0644 etc/passwd
0755 etc/resolv/
0777 etc/resolv.conf -> resolv/resolv.conf
0777 lib -> usr/lib
0777 lib64 -> usr/lib64
0755 proc/
0700 root/
0755 run/
0777 sbin -> usr/sbin
0755 sys/
1777 tmp/
0755 var/
0755 var/lib/
0755 var/lib/data/
1777 var/tmp/`.trim(),
  );
});

test('holds every mount point that no other mount covers', () => {
  const paths = generatedTree({ name: 'db', assembly, service, platform: 'linux/arm64' }).map(({ path }) => `/${path}`);
  const uncovered = mountPointsOf(service).filter((path) => !/^\/(?:dev|proc|sys)\//.test(path));
  expect(uncovered.length).toBeGreaterThan(4);
  expect(uncovered.filter((path) => !paths.includes(path))).toEqual([]);
  expect(paths).not.toContain('/lib64');
  expect(paths).not.toContain('/dev/tpmrm0');
});

test('knows the service and root by name, and the machine by its assembly', () => {
  const text = (path: string, of = service): string => {
    const entry = generatedTree({ name: 'db', assembly, service: of, platform: 'linux/amd64' }).find(
      (candidate) => candidate.path === path,
    );
    return entry?.kind === 'file' ? new TextDecoder().decode(entry.bytes) : '';
  };
  expect(text('etc/passwd')).toBe(
    'root:x:0:0:root:/root:/bin/sh\nprogram:x:100:101:program:/:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
  );
  expect(text('etc/os-release')).toBe('ID=shop-os\nNAME="shop-os"\nPRETTY_NAME="shop-os 1.2.0-rc.1"\nVERSION_ID="1.2.0-rc.1"\n');
  expect(text('etc/group')).toBe('root:x:0:\ntty:x:5:\nprogram:x:101:\nnogroup:x:65534:\n');
  expect(text('etc/passwd', serviceOf({ user: { uid: 0, gid: 0, name: 'root' } }))).not.toContain('program');
});
