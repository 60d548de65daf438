import { expect, it } from 'vitest';
import { readComponentExpectation } from '@moby/model';
import { expectGolden } from '@moby/testkit';
import { readMaintainerScripts } from '../../../src/author/new/package/maintainer-scripts.ts';
import { serviceStub, type ServiceStub } from '../../../src/author/new/service/service-stub.ts';
import { wellKnownPrograms } from '../../../src/author/new/service/well-known-services.ts';
import { readUnitFile, type UnitFile } from '../../../src/author/new/unit/unit-file.ts';

/** What is written of a package whose unit starts the program and says nothing else. */
function stubOf(program: string, sockets: readonly UnitFile[] = []): ServiceStub {
  const unit = readUnitFile(`${program}.service`, `[Service]\nExecStart=/usr/sbin/${program}\n`);
  const stub = serviceStub(
    {
      selection: {
        platform: 'linux/amd64',
        packages: new Map(),
        links: new Map([[`usr/sbin/${program}`, 'program']]),
        documents: new Set(),
      },
      members: [],
      names: [program],
      missing: [],
      omitted: [],
      interpreters: [],
      units: [unit, ...sockets],
      unit,
      scripts: readMaintainerScripts([]),
    },
    program,
  );
  if (stub === undefined) throw new Error(`nothing is written of ${program}`);
  return stub;
}

it('asks each well-known daemon what it answers as its package configures it', () => {
  const lines = wellKnownPrograms().map((program) => {
    const { service, expect: expected, guesses } = stubOf(program);
    for (const one of expected) {
      const read = readComponentExpectation(one);
      if (typeof read === 'string') throw new Error(`${program}: ${read}`);
      expect(service.ports, program).toContain(one.tcp ?? one.http);
      expect(guesses, program).toContain(`answers on port ${one.tcp ?? one.http} as \`expect\` says`);
    }
    const asked = expected.length === 0 ? 'nothing is asked' : expected.map((one) => JSON.stringify(one)).join(' ');
    return `${program}: ${asked}\n`;
  });
  expectGolden('service-expectations.txt', lines.join(''));
});

it('asks nothing of a daemon that its package has listen elsewhere, or that nobody knows', () => {
  const elsewhere = readUnitFile('squid.socket', '[Socket]\nListenStream=8080\n');
  expect([stubOf('squid', [elsewhere]).service.ports, stubOf('squid', [elsewhere]).expect]).toEqual([[8080], []]);
  expect(stubOf('unheard-of').expect).toEqual([]);
});
