import { describe, expect, test } from 'vitest';
import { told } from '../author/scratch-component.ts';
import { checkOwn } from '../check/check-own.ts';

const lines = ['1.6', '1.7', '2.1'] as const;

/** Which containerd and which shim an assembly of the library's components gets, or what is said against them. */
async function choose(...wishes: readonly string[]): Promise<string> {
  const judged = await checkOwn(`init: init\nwith: ${JSON.stringify(wishes)}\n`);
  if (!judged.ok) return told(judged.findings);
  const wanted = ['containerd', 'containerd-shim-runc'];
  const chosen = judged.value.resolution.roots.flatMap(({ components }) => components).filter(({ name }) => wanted.includes(name));
  return chosen.map(({ name, version }) => `${name} ${/^\d+\.\d+/.exec(version)?.[0]}`).join(', ');
}

describe('the containerds and shims of the library', () => {
  // Each pair was started (`ctr run`): these two failed, the seven others ran.
  const failed = new Set(['1.6 2.1', '1.7 2.1']);

  test.each(lines.flatMap((daemon) => lines.map((shim) => [daemon, shim] as const)))('containerd %s and shim %s', async (daemon, shim) => {
    const outcome = await choose(`containerd@~${daemon}`, `containerd-shim-runc@~${shim}`);
    if (failed.has(`${daemon} ${shim}`))
      expect(outcome).toMatch(/error\[rpc-service\]: containerd-shim-runc 2\.1\.\d+\+r\d+ doesn't fit containerd 1\./);
    else expect(outcome).toBe(`containerd ${daemon}, containerd-shim-runc ${shim}`);
  });

  test('are chosen so that they fit', async () => {
    expect(await choose('containerd@~1.6')).toBe('containerd 1.6, containerd-shim-runc 1.7');
    expect(await choose('containerd@~1.7')).toBe('containerd 1.7, containerd-shim-runc 1.7');
    expect(await choose('containerd')).toBe('containerd 2.1, containerd-shim-runc 2.1');
    expect(await choose('containerd', 'containerd-shim-runc@~2.1')).toBe('containerd 2.1, containerd-shim-runc 2.1');
  });
});
