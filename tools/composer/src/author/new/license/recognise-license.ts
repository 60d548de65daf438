interface WellKnownText {
  readonly spdx: string;
  readonly pattern: RegExp;
  /** Others that a text of this one has words of too. */
  readonly instead?: readonly string[];
}

/**
 * Which license a free text is, by phrases that only it has, with line breaks and punctuation taken as blanks; undefined where none is
 * found. Several that are found all count.
 */
export function recogniseLicense(text: string): string | undefined {
  const flat = text.slice(0, maxTextLength).replaceAll(/[\s*#"'`]+/g, ' ');
  const found = wellKnownTexts.filter(({ pattern }) => pattern.test(flat));
  const hidden = new Set(found.flatMap(({ instead = [] }) => instead));
  const names = found.map(({ spdx }) => spdx).filter((name) => !hidden.has(name));
  return names.length === 0 ? undefined : names.join(' AND ');
}

const maxTextLength = 1_000_000;

const wellKnownTexts: readonly WellKnownText[] = [
  { spdx: 'Apache-2.0', pattern: /Apache License,? Version 2\.0/i },
  {
    spdx: 'MIT',
    pattern: /Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation/i,
  },
  { spdx: 'ISC', pattern: /Permission to use, copy, modify,? and(?:\/or)? distribute this software for any purpose with or without fee/i },
  {
    spdx: 'BSD-3-Clause',
    pattern:
      /Redistribution and use in source and binary forms.{0,2500}(?:Neither the name of|names? of .{0,200} may not be used to endorse)/i,
    instead: ['BSD-2-Clause'],
  },
  { spdx: 'BSD-2-Clause', pattern: /Redistribution and use in source and binary forms/i },
  { spdx: 'LGPL-3.0-or-later', pattern: /Lesser General Public License.{0,200}version 3.{0,60}(?:or \(?at your option\)? any later)/i },
  { spdx: 'LGPL-2.1-or-later', pattern: /Lesser General Public License.{0,200}version 2\.1.{0,60}(?:or \(?at your option\)? any later)/i },
  { spdx: 'LGPL-2.0-or-later', pattern: /Library General Public License.{0,200}version 2.{0,60}(?:or \(?at your option\)? any later)/i },
  { spdx: 'AGPL-3.0-or-later', pattern: /Affero General Public License.{0,200}version 3.{0,60}(?:or \(?at your option\)? any later)/i },
  {
    spdx: 'GPL-3.0-or-later',
    pattern: /(?<!Lesser |Library |Affero )General Public License.{0,120}version 3.{0,60}(?:or \(?at your option\)? any later)/i,
  },
  {
    spdx: 'GPL-2.0-or-later',
    pattern: /(?<!Lesser |Library |Affero )General Public License.{0,120}version 2[^.].{0,60}(?:or \(?at your option\)? any later)/i,
  },
  { spdx: 'BSL-1.0', pattern: /Boost Software License - Version 1\.0/i },
  { spdx: 'PSF-2.0', pattern: /PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2/i },
  { spdx: 'Zlib', pattern: /provided as-is, without any express or implied warranty\. In no event will the authors? be held liable/i },
];
