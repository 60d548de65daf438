/** Short names of Debian's machine-readable copyright files (DEP-5, "Short name") whose SPDX identifier is another, in lower case. */
const spdxNames: Readonly<Record<string, string>> = {
  'agpl-3': 'AGPL-3.0-only',
  'agpl-3+': 'AGPL-3.0-or-later',
  'apache-2': 'Apache-2.0',
  'apache-2.0': 'Apache-2.0',
  artistic: 'Artistic-1.0-Perl',
  'artistic-2': 'Artistic-2.0',
  'artistic-2.0': 'Artistic-2.0',
  bsd: 'BSD-3-Clause',
  'bsd-2': 'BSD-2-Clause',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3': 'BSD-3-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-4-clause': 'BSD-4-Clause',
  'bsd-4-clause-uc': 'BSD-4-Clause-UC',
  'bsl-1': 'BSL-1.0',
  'bsl-1.0': 'BSL-1.0',
  'boost-1.0': 'BSL-1.0',
  'cc-by-4': 'CC-BY-4.0',
  'cc-by-4.0': 'CC-BY-4.0',
  'cc-by-sa-3.0': 'CC-BY-SA-3.0',
  'cc-by-sa-4': 'CC-BY-SA-4.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  cc0: 'CC0-1.0',
  'cc0-1': 'CC0-1.0',
  'cc0-1.0': 'CC0-1.0',
  curl: 'curl',
  'epl-1': 'EPL-1.0',
  'epl-1.0': 'EPL-1.0',
  'epl-2.0': 'EPL-2.0',
  expat: 'MIT',
  'gfdl-1.2': 'GFDL-1.2-only',
  'gfdl-1.2+': 'GFDL-1.2-or-later',
  'gfdl-1.3': 'GFDL-1.3-only',
  'gfdl-1.3+': 'GFDL-1.3-or-later',
  'gpl-1': 'GPL-1.0-only',
  'gpl-1+': 'GPL-1.0-or-later',
  'gpl-2': 'GPL-2.0-only',
  'gpl-2+': 'GPL-2.0-or-later',
  'gpl-3': 'GPL-3.0-only',
  'gpl-3+': 'GPL-3.0-or-later',
  hpnd: 'HPND',
  icu: 'ICU',
  ijg: 'IJG',
  isc: 'ISC',
  'lgpl-2': 'LGPL-2.0-only',
  'lgpl-2+': 'LGPL-2.0-or-later',
  'lgpl-2.1': 'LGPL-2.1-only',
  'lgpl-2.1+': 'LGPL-2.1-or-later',
  'lgpl-3': 'LGPL-3.0-only',
  'lgpl-3+': 'LGPL-3.0-or-later',
  libpng: 'Libpng',
  mit: 'MIT',
  'mit-0': 'MIT-0',
  'mit-openvision': 'HPND-sell-variant',
  'mit/x11': 'MIT',
  'mpl-1.1': 'MPL-1.1',
  'mpl-2': 'MPL-2.0',
  'mpl-2.0': 'MPL-2.0',
  ncsa: 'NCSA',
  ntp: 'NTP',
  openldap: 'OLDAP-2.8',
  'openldap-2.8': 'OLDAP-2.8',
  openssl: 'OpenSSL',
  perl: 'GPL-1.0-or-later OR Artistic-1.0-Perl',
  postgresql: 'PostgreSQL',
  'psf-2': 'PSF-2.0',
  python: 'Python-2.0',
  'python-2.0': 'Python-2.0',
  'rsa-md': 'RSA-MD',
  sleepycat: 'Sleepycat',
  'unicode-3.0': 'Unicode-3.0',
  unlicense: 'Unlicense',
  vim: 'Vim',
  w3c: 'W3C',
  wtfpl: 'WTFPL',
  'wtfpl-2': 'WTFPL',
  x11: 'X11',
  zlib: 'Zlib',
  'zlib/libpng': 'Zlib',
  'zpl-2.1': 'ZPL-2.1',
};

/** Exceptions as DEP-5 names them, and as SPDX does. */
const exceptions: readonly (readonly [RegExp, string])[] = [
  [/autoconf/i, 'Autoconf-exception-3.0'],
  [/bison/i, 'Bison-exception-2.2'],
  [/classpath/i, 'Classpath-exception-2.0'],
  [/gcc/i, 'GCC-exception-3.1'],
  [/libtool/i, 'Libtool-exception'],
  [/openssl/i, 'OpenSSL-exception'],
  [/llvm/i, 'LLVM-exception'],
  [/syscall-note/i, 'Linux-syscall-note'],
];

/** An SPDX identifier of one of Debian's names; undefined where the table has none. */
export function spdxName(name: string): string | undefined {
  const key = name.toLowerCase().replace(/(?<=-[0-9])\.0(?=\+?$)/, '');
  for (const candidate of [name.toLowerCase(), key]) if (Object.hasOwn(spdxNames, candidate)) return spdxNames[candidate];
  return spdxIdentifiers.test(name) ? name : undefined;
}

/** Names that are SPDX's own already. */
const spdxIdentifiers =
  /^(?:[AL]?GPL-[0-9.]+-(?:only|or-later)|0BSD|BSD-[0-9]-Clause(?:-[A-Za-z]+)?|Apache-[0-9.]+|MIT(?:-[A-Z0-9]+)?|ISC|MPL-[0-9.]+|OLDAP-[0-9.]+|BlueOak-1\.0\.0|TCL|Beerware|FSFAP|FSFULLR?|FSFULLRWD|Ruby|blessing|bzip2-1\.0\.6|dtoa)$/;

export function spdxException(text: string): string | undefined {
  return exceptions.find(([pattern]) => pattern.test(text))?.[1];
}
