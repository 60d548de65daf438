import type { Platform } from '@moby/model';

/** The folder of the component beside the assembly. */
export const guestFolder = 'guest/1';
export const guestName = 'test-guest';

/** The machine's busybox, in a container whose root has none: it is static, and needs nothing of that root. */
export const machineBusybox = '/machine/usr/bin/busybox';

/** The payload: a folder for what is served. Its tar is the same on every platform. */
const payloadDigest = 'sha256:8e18d8c9bd1071f4e3c01e29b2f6d55fb24a5ab3145f8b1fd0027a996a4b7d8b';
const payloadBytes = 1536;

/**
 * The component that every container of the guest is of, beside what is tested: it sees the machine's programs, the states of its services
 * and what they have printed, and can't change them.
 */
export function guestComponent(platform: Platform): { readonly packageText: string; readonly factsText: string } {
  const bind = (source: string, path: string): object => ({ source, path, readonly: true });
  const manifest = {
    name: `@moby/${guestName}`,
    version: '1.0.1',
    private: true,
    description: 'Shows what a test of a component asks about',
    license: 'Apache-2.0',
    files: ['facts.json'],
    component: {
      kind: 'service',
      category: 'test',
      upstream: { version: '1.0.0', license: 'Apache-2.0' },
      payload: {
        form: 1,
        platforms: { [platform]: { sources: [], directories: { srv: '0755' }, digest: payloadDigest, size: payloadBytes } },
      },
      service: {
        args: [machineBusybox],
        user: { uid: 0, gid: 0, name: 'root' },
        binds: [bind('/c', '/c'), bind('/usr', '/machine/usr'), bind('/run/log', '/srv/log'), bind('/run/moby', '/srv/state')],
        memory: '128MiB',
        restart: 'no',
      },
    },
  };
  const facts = { elf: [], links: {}, payload: payloadDigest, programs: [], unpackedBytes: 0 };
  return { packageText: json(manifest), factsText: json({ facts: 1, platforms: { [platform]: facts } }) };
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
