import { mapUpstream } from '@moby/model';
import { describe, expect, it } from 'vitest';
import { upstreamOfDebian } from '../../src/author/debian-upstream.ts';

const versions: readonly (readonly [string, string, string | undefined])[] = [
  // Debian's, upstream's, semver; the first ones are packages of the library.
  ['1:1.37.0-6+b9', '1.37.0', '1.37.0'],
  ['1.1.15+ds1-2+b4', '1.1.15', '1.1.15'],
  ['5:8.0.2-3+deb13u3', '8.0.2', '8.0.2'],
  ['2.41-12+deb13u5', '2.41', '2.41.0'],
  ['3.5.9-1~deb13u1', '3.5.9', '3.5.9'],
  ['257.13-1~deb13u1', '257.13', '257.13.0'],
  ['1.5.7+dfsg-1', '1.5.7', '1.5.7'],
  ['1.5.4+dfsg2-5', '1.5.4', '1.5.4'],
  ['1:1.2.13.dfsg-1', '1.2.13', '1.2.13'],
  ['1:1.3.dfsg+really1.3.1-1+deb13u1', '1.3.1', '1.3.1'],
  ['6.12.118-1', '6.12.118', '6.12.118'],
  ['2.1.0+dfsg-2.2+b2', '2.1.0', '2.1.0'],
  ['1:10.0p1-7', '10.0p1', undefined],
  ['2.7.0~ds-3', '2.7.0', '2.7.0'],
  ['20.10.24+dfsg1-1+deb12u1+b2', '20.10.24', '20.10.24'],
  ['5.4.0+really5.2.5-1', '5.2.5', '5.2.5'],
  ['1.0.stripped-2', '1.0', '1.0.0'],
  ['3.4+git20240101-1', '3.4', '3.4.0'],
  ['12.4+deb12u11', '12.4', '12.4.0'],
  ['3.0.11~deb12u2', '3.0.11', '3.0.11'],
  ['1.2~bpo12+1', '1.2', '1.2.0'],
  ['2.1.13-stable-1~deb13u1', '2.1.13', '2.1.13'],
  ['2.0-rc-1', '2.0-rc', undefined],
  // A prerelease is never read as the release.
  ['8.1~rc1-1', '8.1~rc1', undefined],
  ['1:2.0~beta2+dfsg-1', '2.0~beta2', undefined],
];

describe('upstreamOfDebian', () => {
  it.each(versions)('reads %s as upstream’s %s', (debian, upstream, semver) => {
    expect(upstreamOfDebian(debian)).toBe(upstream);
    expect(mapUpstream(upstream, 'dotted')).toBe(semver);
  });

  it('leaves OpenSSH’s own spelling to its mapping', () => {
    expect(mapUpstream(upstreamOfDebian('1:10.0p1-7'), 'patch-letter')).toBe('10.0.1');
  });
});
