import { describe, expect, it } from 'vitest';
import { libraryName } from '../../../src/author/new/component-names.ts';
import { roleOf } from '../../../src/author/new/payload/file-role.ts';
import { lineOfUpstream, readUpstream } from '../../../src/author/new/upstream-line.ts';

describe('a library’s component is called', () => {
  it.each([
    ['libevent-2.1.so.7', 'libevent-2.1-7t64', 'libevent'],
    ['libsasl2.so.2', 'libsasl2-2', 'libsasl2'],
    ['libnghttp2.so.14', 'libnghttp2-14', 'libnghttp2'],
    ['libpcre2-8.so.0', 'libpcre2-8-0', 'libpcre2'],
    ['libicuuc.so.76', 'libicu76', 'libicu'],
    ['libxml2.so.2', 'libxml2', 'libxml2'],
    ['liblua5.4.so.0', 'liblua5.4-0', 'liblua5-4'],
    ['libcurl-gnutls.so.4', 'libcurl3t64-gnutls', 'libcurl3-gnutls'],
    ['libfoo_bar.so.1', 'libfoo-bar1', 'libfoo-bar'],
  ])('by %s of %s: %s', (soname, debPackage, name) => {
    expect(libraryName({ soname, package: debPackage, source: 'source', isOfSeveral: false }, () => true)).toBe(name);
  });

  it('like its source where several packages make it, and otherwise where the name is taken', () => {
    const krb5 = { soname: 'libkrb5.so.3', package: 'libkrb5-3', source: 'krb5' };
    expect(libraryName({ ...krb5, isOfSeveral: true }, () => true)).toBe('krb5');
    expect(libraryName({ ...krb5, isOfSeveral: false }, (name) => name !== 'libkrb5')).toBe('libkrb5-3');
    expect(libraryName({ ...krb5, isOfSeveral: false }, () => false)).toBeUndefined();
  });
});

describe('the line', () => {
  it.each([
    ['1.6.38-1', [], '1.6', 'dotted'],
    ['257.13-1~deb13u1', [], '257.13', 'dotted'],
    ['20250419', [], '20250419', 'dotted'],
    ['8.2504.0-1', ['8'], '8', 'dotted'],
    ['1.1.15+ds1-2', ['1.1.5', '1.3'], '1.1', 'dotted'],
    ['1.8.13-1', ['1.8.9', '1.8.11'], '1.8.13', 'dotted'],
    ['1:10.0p1-7+deb13u4', [], '10.0', 'patch-letter'],
    ['3.0pl1-197', [], '3.0', 'patch-letter'],
    ['7.6.q-36', [], '7.6', 'patch-letter'],
    ['2025b-4', [], '2025.2', 'year-letter'],
    ['6.5+20250216-2', [], '6.5', 'dated'],
    ['2.1.13-stable-1~deb13u1', [], '2.1', 'dotted'],
  ])('of %s beside %s is %s', (version, others, line, mapping) => {
    const upstream = readUpstream(version);
    expect(upstream?.mapping).toBe(mapping);
    expect(upstream === undefined ? undefined : lineOfUpstream(upstream, others)).toBe(line);
  });

  it.each([
    ['postgresql-17', '17.6-0+deb13u1', '17'],
    ['bind9', '1:9.20.11-4', '9.20'],
    ['libnl-3-200', '3.7.0-2', '3.7'],
    ['gcc-14', '14.2.0-19', '14'],
    ['python3.13', '13.1-1', '13.1'],
  ])('of a package that is called for its line is that one: %s %s is in %s', (debPackage, version, line) => {
    const upstream = readUpstream(version);
    expect(upstream === undefined ? undefined : lineOfUpstream({ ...upstream, package: debPackage }, [])).toBe(line);
  });

  it('of a prerelease is none', () => {
    expect(readUpstream('8.1~rc1-1')).toBeUndefined();
  });
});

it('a file’s role follows from its place', () => {
  const roles: Readonly<Record<string, string>> = {
    'usr/bin/git': 'program',
    'usr/sbin/nginx': 'program',
    'usr/bin/sub/x': 'aside',
    'usr/lib/x86_64-linux-gnu/libz.so.1.3.1': 'library',
    'usr/lib/x86_64-linux-gnu/libdb-5.3.so': 'library',
    'usr/lib64/ld-linux-x86-64.so.2': 'library',
    'usr/lib64/libz.so.1': 'aside',
    'usr/lib/x86_64-linux-gnu/libz.so': 'aside',
    'usr/share/doc/git/x': 'aside',
    'usr/lib/x86_64-linux-gnu/libz.a': 'aside',
    'usr/lib/x86_64-linux-gnu/pkgconfig/z.pc': 'aside',
    'usr/lib/x86_64-linux-gnu/rsyslog/imtcp.so': 'support',
    'usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so': 'support',
    'usr/lib/openssh/sshd-session': 'support',
    'usr/libexec/chrony/helper': 'support',
    'usr/lib/systemd/system/git.service': 'unit',
    'usr/lib/systemd/system/git.service.d/x.conf': 'aside',
    'usr/lib/tmpfiles.d/git.conf': 'tmpfiles',
    'usr/lib/sysusers.d/git.conf': 'sysusers',
    'usr/share/git-core/templates/x': 'data',
    'usr/share/postgresql/17/x': 'data',
    'usr/share/man/man1/git.1.gz': 'aside',
    'usr/share/other/x': 'aside',
    'etc/nginx/nginx.conf': 'configuration',
    'etc/init.d/nginx': 'aside',
    'etc/default/nginx': 'aside',
    'var/lib/git/x': 'aside',
  };
  expect(Object.fromEntries(Object.keys(roles).map((path) => [path, roleOf(path, ['git', 'postgresql-17'])]))).toEqual(roles);
});
