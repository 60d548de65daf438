import type { GuestContainer, GuestRecord, GuestService, ReadyProbe } from '@moby/model';
import { makeDirectory, makeTextFile, type TreeEntry, withParents } from './tree-entry.ts';

/** Where the records lie, without a leading slash. */
export const recordsFolder = 'etc/moby';
/** The very last entry of the last segment: without it, the initrd was not unpacked to its end. */
export const sentinelPath: string = `${recordsFolder}/.complete`;

/**
 * The files of a record, one a field, below `etc/moby`; the sentinel is not among them. Sorted, with parents. The record
 * has passed `checkGuestRecord`. Contract: docs/reference/guest-records.md.
 */
export function guestRecords(record: GuestRecord): readonly TreeEntry[] {
  const field = (path: string, text: string): TreeEntry => makeTextFile(`${recordsFolder}/${path}`, `${text}\n`);
  return withParents([
    field('assembly', record.assembly),
    field('runtime', record.runtime),
    makeTextFile(`${recordsFolder}/modules`, linesOf(record.modules)),
    ...(record.memoryMegabytes === undefined ? [] : [field('memory', String(record.memoryMegabytes))]),
    ...(record.trees === undefined ? [] : [field('trees', `${record.trees.serial} ${record.trees.folder}`)]),
    ...['onboot', 'services', 'onshutdown'].map((section) => makeDirectory(`${recordsFolder}/${section}`)),
    ...tasksOf('onboot', record.onboot),
    ...record.services.flatMap(serviceFields),
    ...tasksOf('onshutdown', record.onshutdown),
  ]);
}

export function sentinel(): TreeEntry {
  return makeTextFile(sentinelPath, '');
}

/** Where a container's bundle lies in the machine: absolute, as the record names it. */
export function bundleFolder(section: 'onboot' | 'services' | 'onshutdown', name: string): string {
  return `/containers/${section}/${name}`;
}

function tasksOf(section: 'onboot' | 'onshutdown', containers: readonly GuestContainer[]): readonly TreeEntry[] {
  return containers.flatMap((container, index) => {
    const folder = `${section}/${String(index).padStart(3, '0')}-${container.name}`;
    return [makeTextFile(`${recordsFolder}/${folder}/name`, `${container.name}\n`), ...containerFields(folder, container)];
  });
}

function serviceFields(service: GuestService): readonly TreeEntry[] {
  const folder = `services/${service.name}`;
  return [
    ...containerFields(folder, service),
    makeTextFile(`${recordsFolder}/${folder}/after`, linesOf(service.after)),
    makeTextFile(`${recordsFolder}/${folder}/restart`, `${service.restart}\n`),
    ...(service.ready === undefined ? [] : [makeTextFile(`${recordsFolder}/${folder}/ready`, readyText(service.ready))]),
  ];
}

function containerFields(folder: string, container: GuestContainer): readonly TreeEntry[] {
  return [
    makeTextFile(`${recordsFolder}/${folder}/bundle`, `${container.bundle}\n`),
    makeTextFile(`${recordsFolder}/${folder}/lower`, `${container.lower.join(':')}\n`),
    ...(container.writable === true ? [makeTextFile(`${recordsFolder}/${folder}/writable`, '')] : []),
  ];
}

function readyText(probe: ReadyProbe): string {
  switch (probe.kind) {
    case 'tcp':
      return `tcp ${probe.port}\n`;
    case 'http':
      return `http ${probe.port} ${probe.path}\n`;
    case 'file':
      return `file ${probe.path}\n`;
    case 'exec':
      return `exec\n${linesOf(probe.args)}`;
  }
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
