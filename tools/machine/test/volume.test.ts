import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { lockedVolume, prepareVolume, volumeFolderOf } from '../src/volume.ts';

const data = (sizeBytes: number): { readonly name: string; readonly sizeBytes: number } => ({ name: 'data', sizeBytes });

describe('a volume', () => {
  test('is made of holes where it is missing', async () => {
    const path = await prepareVolume(data(1 << 30), join(scratchFolder(), 'new'));
    expect(path).toMatch(/\/new\/data\.volume$/);
    expect(statSync(path)).toMatchObject({ size: 1 << 30, mode: 0o100600 });
    expect(statSync(path).blocks).toBeLessThan(100);
  });

  test('keeps what is in it, and grows', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'data.volume'), 'kept');
    const path = await prepareVolume(data(8192), folder);
    expect(statSync(path).size).toBe(8192);
    expect(readFileSync(path).subarray(0, 4).toString()).toBe('kept');
  });

  test('never shrinks', async () => {
    const folder = scratchFolder();
    const path = await prepareVolume(data(8192), folder);
    await expect(prepareVolume(data(4096), folder)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'the volume `data` has 8.2 kB, and the assembly says 4.1 kB: a volume never shrinks',
    });
    expect(statSync(path).size).toBe(8192);
  });

  test('is refused where something else lies in its place', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'data.volume'));
    await expect(prepareVolume(data(4096), folder)).rejects.toMatchObject({ code: 'io' });
  });

  test('lies beside the artifact’s folder, which is made anew', () => {
    expect(volumeFolderOf('/out/x/amd64/')).toBe('/out/x/amd64.volumes');
  });

  test('that another machine has is recognised by QEMU’s complaint', () => {
    const complaint =
      'qemu-system-x86_64: -drive id=volume0,if=none,format=raw,file=/out/amd64.volumes/logs.volume: Failed to get "write" lock\nIs another process using the image?';
    expect(lockedVolume(complaint)).toBe('logs');
    expect(lockedVolume('qemu: something else')).toBeUndefined();
  });
});
