import type { ArchiveSpec, DebInput } from '@moby/testkit';
import { makeElf, type ElfPlan } from '../../abi/test/elf-writer.ts';

type Architecture = 'amd64' | 'arm64';

const machines = { amd64: 62, arm64: 183 };
const triplets = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const loaders = { amd64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' };
const both: readonly Architecture[] = ['amd64', 'arm64'];

/**
 * A suite with a daemon of four packages, the libraries that it loads, and packages that can be no component. Everything but
 * the C library is there for two architectures.
 */
export function newArchive(): ArchiveSpec {
  return {
    suites: {
      'trixie-security': { packages: [] },
      trixie: {
        packages: [
          libc(),
          ...both.flatMap((architecture) => [
            ...greeterPackages(architecture),
            libraryPackage(architecture, {
              name: 'libgreet1t64',
              source: 'libgreet',
              soname: 'libgreet.so.1',
              needed: ['libbase.so.0'],
              depends: 'libbase0',
            }),
            libraryPackage(architecture, { name: 'libbase0', source: 'base', soname: 'libbase.so.0', needed: [], depends: 'libc6' }),
            otherName(architecture),
            ...namerPackages(architecture),
            lonely(architecture),
          ]),
          greeterCommon(),
          { package: 'greeter-doc', version: '1.2-3', architecture: 'all', depends: 'greeter' },
          { ...toolPackage('amd64', 'early', '2.0~rc1-1') },
        ],
      },
    },
  };
}

const needsC = { library: 'libc.so.6', versions: ['GLIBC_2.38'] };

function program(architecture: Architecture, needed: readonly string[] = []): Buffer {
  return makeElf({
    machine: machines[architecture],
    interpreter: loaders[architecture],
    needed: [...needed, 'libc.so.6'],
    needs: [needsC],
  });
}

function shared(architecture: Architecture, plan: ElfPlan): Buffer {
  return makeElf({ machine: machines[architecture], ...plan, needed: [...(plan.needed ?? []), 'libc.so.6'], needs: [needsC] });
}

type Content = string | Buffer | { readonly script: string } | { readonly to: string };

/** Files with their parents; programs and scripts are executable. */
function files(contents: Readonly<Record<string, Content>>, folders: readonly string[] = []): NonNullable<DebInput['files']> {
  const parents = new Set<string>();
  for (const path of [...Object.keys(contents), ...folders.map((folder) => `${folder}/x`)]) {
    const segments = path.split('/').slice(0, -1);
    segments.forEach((_, index) => parents.add(segments.slice(0, index + 1).join('/')));
  }
  return [
    ...[...parents].sort().map((path) => ({ path, kind: 'directory' as const })),
    ...Object.entries(contents).map(([path, content]) => {
      if (typeof content === 'string' || Buffer.isBuffer(content))
        return { path, content, mode: /\/s?bin\/|-session$/.test(path) ? 0o755 : 0o644 };
      return 'to' in content ? { path, kind: 'symlink' as const, target: content.to } : { path, content: content.script, mode: 0o755 };
    }),
  ];
}

const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2020 Somebody
License: Apache-2.0

Files: debian/*
Copyright: 2020 Somebody
License: GPL-3+
`;

const bsd = 'Redistribution and use in source and binary forms, with or without modification';

function libc(): DebInput {
  const folder = `usr/lib/${triplets.amd64}`;
  return {
    package: 'libc6',
    version: '2.41-12',
    source: 'glibc',
    fields: { Section: 'libs', Description: 'GNU C Library: Shared libraries' },
    files: files({
      [`${folder}/libc.so.6`]: makeElf({ soname: 'libc.so.6', offers: ['libc.so.6', 'GLIBC_2.38', 'GLIBC_2.41'] }),
      [`${folder}/ld-linux-x86-64.so.2`]: makeElf({ soname: 'ld-linux-x86-64.so.2' }),
      'usr/lib64/ld-linux-x86-64.so.2': { to: `../lib/${triplets.amd64}/ld-linux-x86-64.so.2` },
      'usr/share/doc/libc6/copyright': copyright,
    }),
  };
}

function libraryPackage(
  architecture: Architecture,
  of: {
    readonly name: string;
    readonly source: string;
    readonly soname: string;
    readonly needed: readonly string[];
    readonly depends: string;
  },
): DebInput {
  const folder = `usr/lib/${triplets[architecture]}`;
  return {
    package: of.name,
    version: '3.4.5-1',
    architecture,
    source: of.source,
    depends: of.depends,
    fields: { Section: 'libs', Description: `the library of ${of.source}` },
    files: files({
      [`${folder}/${of.soname}.2.0`]: shared(architecture, { soname: of.soname, needed: of.needed }),
      [`${folder}/${of.soname}`]: { to: `${of.soname}.2.0` },
      [`usr/share/doc/${of.name}/copyright`]: `${bsd}\n`,
    }),
  };
}

function greeterPackages(architecture: Architecture): readonly DebInput[] {
  const own = { version: '1.2.3+dfsg-3', architecture, source: 'greeter' };
  const daemon = Buffer.concat([
    program(architecture, ['libgreet.so.1', 'libgreeter.so.2']),
    Buffer.from('\0/usr/lib/greeter/greeter-session\0'),
  ]);
  const words = Object.fromEntries('abcdefgh'.split('').map((letter) => [`usr/share/greeter/words/${letter}`, `${letter}\n`]));
  return [
    {
      ...own,
      package: 'greeter',
      depends: 'adduser, greeter-common, libc6 (>= 2.38), libgreet1t64, libgreeter2 (= 1.2.3+dfsg-3)',
      fields: { Section: 'net', Homepage: 'https://greeter.example/', Description: 'greets whoever comes by\n long words' },
      control: { postinst: '#!/bin/sh\nOWNER=_greeter\nadduser --system --no-create-home --home /var/lib/greeter "$OWNER"\n' },
      files: files(
        {
          'usr/sbin/greeterd': daemon,
          'usr/bin/greet': { to: '../sbin/greeterd' },
          'usr/bin/greet-often': { script: '#!/usr/bin/perl\nprint 1;\n' },
          'usr/lib/greeter/greeter-session': program(architecture),
          'usr/lib/greeter/plain.so': shared(architecture, {}),
          'usr/lib/greeter/odd.so': shared(architecture, { needed: ['libodd.so.9'] }),
          ...words,
          'usr/share/man/man8/greeterd.8': 'a page\n',
          'usr/share/doc/greeter/copyright': copyright,
        },
        ['var/lib/greeter'],
      ),
    },
    {
      ...own,
      package: 'libgreeter2',
      depends: 'libc6',
      fields: { Section: 'libs' },
      files: files({
        [`usr/lib/${triplets[architecture]}/libgreeter.so.2`]: shared(architecture, { soname: 'libgreeter.so.2' }),
        'usr/share/doc/libgreeter2/copyright': copyright,
      }),
    },
  ];
}

function greeterCommon(): DebInput {
  const unit = [
    '[Service]',
    'Type=notify',
    'EnvironmentFile=-/etc/default/greeter',
    'ExecStart=/usr/sbin/greeterd --config /etc/greeter/greeter.conf $GREETER_OPTIONS',
    'User=_greeter',
    'RuntimeDirectory=greeter',
    'RuntimeDirectoryMode=0750',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    '',
  ];
  return {
    package: 'greeter-common',
    version: '1.2.3+dfsg-3',
    architecture: 'all',
    source: 'greeter',
    files: files({
      'etc/greeter/greeter.conf': 'listen 79\n',
      'etc/default/greeter': 'GREETER_OPTIONS="--kind"\n',
      'etc/init.d/greeter': { script: '#!/bin/sh\n' },
      'usr/lib/systemd/system/greeter.service': unit.join('\n'),
      'usr/lib/systemd/system/greeter.socket': '[Socket]\nListenStream=79\n',
      'usr/share/doc/greeter-common/copyright': copyright,
    }),
  };
}

/**
 * A daemon whose unit starts a script, whose library has a name that no capability can have and its copyright file, and which
 * needs more of arm64's C library than amd64's offers.
 */
function namerPackages(architecture: Architecture): readonly DebInput[] {
  const own = { version: '2.6-1~deb13u1', architecture, source: 'namer-2' };
  const soname = 'libnamer-2.6-1~deb13u1-Debian.so';
  const versions = [architecture === 'arm64' ? 'GLIBC_2.60' : 'GLIBC_2.38'];
  const daemon = makeElf({
    machine: machines[architecture],
    interpreter: loaders[architecture],
    needed: [soname, 'libc.so.6'],
    needs: [{ library: 'libc.so.6', versions }],
  });
  return [
    {
      ...own,
      package: 'namer-2',
      depends: 'libc6, namer-libs (= 2.6-1~deb13u1)',
      fields: { Section: 'net', Description: 'names things' },
      control: { postinst: '#!/bin/sh\nif [ ! -e /etc/namer/on ]; then ln -s /etc/namer/namer.conf /etc/namer/on; fi\n' },
      files: files({
        'usr/sbin/namerd': daemon,
        'etc/namer/namer.conf': 'names\n',
        'usr/share/namer/start': { script: '#!/usr/sbin/namerd\n' },
        'usr/lib/systemd/system/namer.service':
          '[Service]\nExecStart=/usr/share/namer/start --all\nPIDFile=/run/namer.pid\nRuntimeDirectory=namer\n',
        'usr/share/doc/namer-2': { to: 'namer-base' },
      }),
    },
    {
      ...own,
      package: 'namer-libs',
      depends: 'libc6',
      fields: { Section: 'libs' },
      files: files({
        [`usr/lib/${triplets[architecture]}/${soname}`]: shared(architecture, { soname }),
        'usr/share/doc/namer-libs': { to: 'namer-base' },
      }),
    },
    { ...own, package: 'namer-base', files: files({ 'usr/share/doc/namer-base': { to: 'namer-texts' } }) },
    {
      ...own,
      package: 'namer-texts',
      files: files({
        'usr/share/doc/namer-texts/copyright': copyright.replace('License: Apache-2.0', `License: BSD-like\n ${bsd}`),
      }),
    },
  ];
}

/** A package that is but a name for a program of another source. */
function otherName(architecture: Architecture): DebInput {
  return {
    package: 'greeter-defaults',
    version: '1.2-1',
    architecture,
    depends: 'greeter',
    files: files({ 'usr/bin/hello': { to: '../sbin/greeterd' }, 'usr/share/doc/greeter-defaults/copyright': copyright }),
  };
}

/** On one architecture the archive has gone on already. */
function lonely(architecture: Architecture): DebInput {
  return toolPackage(architecture, 'lonely', architecture === 'amd64' ? '0.9-1' : '0.10-1');
}

function toolPackage(architecture: Architecture, name: string, version: string): DebInput {
  return {
    package: name,
    version,
    architecture,
    depends: 'libc6',
    fields: { Section: 'utils', Description: `the tool ${name}` },
    files: files({ [`usr/bin/${name}`]: program(architecture), [`usr/share/doc/${name}/copyright`]: 'all rights reserved\n' }),
  };
}
