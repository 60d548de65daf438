import type { Platform, ServiceDefaults } from '@moby/model';
import { mountPointsOf, resolvFolder } from './oci-config.ts';
import { makeDirectory, makeLink, makeTextFile, type TreeEntry, withParents } from './tree-entry.ts';

export interface GeneratedTreeInput {
  readonly name: string;
  /** What the machine is called by programs that ask, as engines do. */
  readonly assembly: { readonly name: string; readonly version: string };
  readonly service: ServiceDefaults;
  readonly platform: Platform;
}

/**
 * What a container's root has beside its components' trees, to be laid on top of them: the usr-merge links, a folder for
 * every mount, and the files under /etc that no package ships. Sorted, with parents, paths relative to the tree.
 */
export function generatedTree(input: GeneratedTreeInput): readonly TreeEntry[] {
  const { name, assembly, service, platform } = input;
  return withParents([
    ...usrMergeLinks(platform),
    makeDirectory('tmp', 0o1777),
    makeDirectory('root', 0o700),
    makeDirectory('run'),
    makeDirectory('var/tmp', 0o1777),
    ...mountPointsOf(service)
      .filter(isInTree)
      .map((path) => makeDirectory(path.slice(1))),
    makeTextFile('etc/passwd', passwdOf(service)),
    makeTextFile('etc/group', groupOf(service)),
    makeTextFile('etc/hostname', `${name}\n`),
    makeTextFile('etc/hosts', `127.0.0.1 localhost ${name}\n::1 localhost ip6-localhost\n`),
    makeTextFile('etc/os-release', osReleaseOf(assembly)),
    ...(service.network === 'machine' ? [makeLink('etc/resolv.conf', `${resolvFolder.slice('/etc/'.length)}/resolv.conf`)] : []),
  ]);
}

/** The links of a merged /usr; `lib64` only where the loader's path has it (the platforms' ELF psABI supplements). */
export function usrMergeLinks(platform: Platform): readonly TreeEntry[] {
  const folders = platform === 'linux/amd64' ? ['bin', 'lib', 'lib64', 'sbin'] : ['bin', 'lib', 'sbin'];
  return folders.map((folder) => makeLink(folder, `usr/${folder}`));
}

/** What lies in a mount that comes before it is made by the runtime, and could not be seen below it. */
function isInTree(path: string): boolean {
  return !/^\/(?:dev|proc|sys)\//.test(path);
}

function passwdOf(service: ServiceDefaults): string {
  const { uid, gid, name } = service.user;
  const own = uid === 0 ? '' : `${name}:x:${uid}:${gid}:${name}:/:/usr/sbin/nologin\n`;
  const nobody = uid === 65534 ? '' : 'nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n';
  return `root:x:0:0:root:/root:/bin/sh\n${own}${nobody}`;
}

/** As os-release(5) has it; an assembly's name and version hold nothing that a shell reads between double quotes. */
function osReleaseOf({ name, version }: GeneratedTreeInput['assembly']): string {
  return `ID=${name}\nNAME="${name}"\nPRETTY_NAME="${name} ${version}"\nVERSION_ID="${version}"\n`;
}

function groupOf(service: ServiceDefaults): string {
  const { gid, name } = service.user;
  const own = gid === 0 ? '' : `${name}:x:${gid}:\n`;
  const nobody = gid === 65534 ? '' : 'nogroup:x:65534:\n';
  return `root:x:0:\ntty:x:5:\n${own}${nobody}`;
}
