import { describe, expect, it } from 'vitest';
import { readLicense } from '../../../src/author/new/license/read-license.ts';

const head = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: x\n';
const files = (pattern: string, license: string): string =>
  `\nFiles: ${pattern}\nCopyright: 2020 somebody\nLicense: ${license}\n text of it\n`;

describe('a machine-readable copyright file', () => {
  it.each([
    [['*', 'Expat'], 'MIT'],
    [['*', 'GPL-2+'], 'GPL-2.0-or-later'],
    [['*', 'GPL-2.0+ or Artistic'], 'GPL-2.0-or-later OR Artistic-1.0-Perl'],
    [['*', 'BSD-3-clause'], 'BSD-3-Clause'],
    [['*', 'GPL-2+ with OpenSSL exception'], 'GPL-2.0-or-later WITH OpenSSL-exception'],
    [['*', 'GPL-2.0 with Linux-syscall-note exception'], 'GPL-2.0-only WITH Linux-syscall-note'],
    [['*', 'MIT', 'lib/*', 'ISC, and Zlib'], 'MIT AND ISC AND Zlib'],
    [['*', 'MIT', 'lib/*', 'LGPL-2.1 or GPL-3'], 'MIT AND (LGPL-2.1-only OR GPL-3.0-only)'],
    [['*', 'Apache-2.0', 'debian/*', 'GPL-3+', 'tests/a.c docs/*', 'CC-BY-4.0', 'configure', 'FSFUL'], 'Apache-2.0'],
  ])('%s is %s', (pairs, expression) => {
    const stanzas = pairs.flatMap((pattern, at) => (at % 2 === 0 ? [files(pattern, pairs[at + 1] ?? '')] : []));
    expect(readLicense(head + stanzas.join(''))).toEqual({ expression, by: 'stated', unknown: [], byText: {} });
  });

  it('keeps names that no table has as references, and tells them', () => {
    expect(readLicense(head + files('*', 'BSD-like (with a clause)') + files('x', 'MIT'))).toEqual({
      expression: 'LicenseRef-BSD-like-with-a-clause AND MIT',
      by: 'stated',
      unknown: ['BSD-like (with a clause)'],
      byText: {},
    });
  });

  it('recognises such a name by its text, wherever the file has it', () => {
    const text = 'Redistribution and use in source and binary forms are permitted.\n .\n Neither the name of X may be used';
    const own = files('*', 'BSD-3-Nlnet').replace('text of it', text);
    const apart = `${files('x', 'EDL-1.0 or GPL-2').replace('\n text of it', '')}\nLicense: EDL-1.0\n ${text}\n`;
    expect(readLicense(head + own + files('y', 'MIT') + apart)).toEqual({
      expression: 'BSD-3-Clause AND MIT AND (BSD-3-Clause OR GPL-2.0-only)',
      by: 'stated',
      unknown: [],
      byText: { 'BSD-3-Nlnet': 'BSD-3-Clause', 'EDL-1.0': 'BSD-3-Clause' },
    });
  });

  it('leaves to a hand what would be longer than a manifest allows', () => {
    const many = Array.from({ length: 60 }, (_, at) => files(`f${at}`, `odd-${at}`)).join('');
    expect(readLicense(head + many)).toEqual({ expression: undefined, by: 'nothing', unknown: [], byText: {} });
  });
});

describe('a free copyright file', () => {
  it.each([
    ['Licensed under the Apache License,\n Version 2.0 (the "License")', 'Apache-2.0'],
    [
      'Permission is hereby granted, free of charge, to any person obtaining a copy of\n  this software and associated documentation files',
      'MIT',
    ],
    ['Redistribution and use in source and binary forms are permitted. Neither the name of X may be used', 'BSD-3-Clause'],
    ['Redistribution and use in source and binary forms, with or without modification', 'BSD-2-Clause'],
    [
      'you can redistribute it under the terms of the GNU General Public License as published by the Free Software\n Foundation; either version 2 of the License, or (at your option) any later version',
      'GPL-2.0-or-later',
    ],
    [
      'under the terms of the GNU Lesser General Public License as published by the FSF; either version 2.1 of the License, or (at your option) any later version',
      'LGPL-2.1-or-later',
    ],
  ])('is recognised by its words: %s', (text, expression) => {
    expect(readLicense(text)).toEqual({ expression, by: 'recognised', unknown: [], byText: {} });
  });

  it('is left to a hand where nothing is recognised', () => {
    expect(readLicense('all rights reserved\n').expression).toBeUndefined();
    expect(readLicense('').expression).toBeUndefined();
  });
});
