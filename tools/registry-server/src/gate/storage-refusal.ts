import type { Log } from '../server/log.ts';
import { isFileError, isNoSpace } from '../storage/file-error.ts';
import { DamagedPackage } from '../storage/stored-package.ts';
import { Refusal } from './refusal.ts';

/** What the disk did, as an answer, and as a line of the log for whoever runs the registry; undefined for anything else. */
export function storageRefusal(error: unknown, log: Log): Refusal | undefined {
  if (error instanceof DamagedPackage) {
    log({ level: 'error', event: 'damaged', name: error.packageName, error: error.message });
    return new Refusal({
      code: 'MOBY-D508',
      message: `what is stored of \`${error.packageName}\` is damaged, and nothing of it changes until it is put back: whoever runs the registry finds it with registry fsck`,
    });
  }
  if (isNoSpace(error)) {
    log({ level: 'error', event: 'no-space', error: String(error) });
    return new Refusal({ code: 'MOBY-D507', message: 'no space is left on the registry’s disk; try again later' });
  }
  if (isFileError(error)) {
    log({ level: 'error', event: 'io', error: String(error) });
    return new Refusal({ code: 'MOBY-D507', message: 'the registry’s disk can’t be used; try again later' });
  }
  return undefined;
}
