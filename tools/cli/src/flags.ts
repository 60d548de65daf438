import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

/** Where components and bytes come from: every command that looks at the library has these. */
export const libraryFlags = {
  components: Flags.directory({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'DIR',
    description: 'a further folder of components, before the library (repeatable, the first is nearest)',
  }),
};

export const registryFlag = {
  registry: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: '[@SCOPE=]URL',
    description: "a registry in place of the library's components, of @moby or of a scope (repeatable, one a scope)",
  }),
};

export const networkFlags = {
  'debian-mirror': Flags.string({
    helpValue: 'URL',
    description: 'the mirror that packages come from; by default that of the environment, of apt, or a public one',
  }),
  offline: Flags.boolean({ description: 'use no network: everything must be in the store' }),
};

/** Of the commands that look at components wherever they are. */
export const sourceFlags = {
  ...libraryFlags,
  ...registryFlag,
  offline: Flags.boolean({ description: 'ask no registry: what it said last is what is known' }),
};

/** Of those that fetch payloads. */
export const blobMirrorFlags = {
  'blob-mirror': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'oci://HOST/REPOSITORY',
    description: 'a registry that is asked for payloads before packages are downloaded (repeatable); by default MOBY_COMPOSE_BLOB_MIRROR',
  }),
  'plain-http': Flags.boolean({ description: 'speak http without TLS to such registries, which is otherwise done on this machine alone' }),
};

const lockFlags = {
  locked: Flags.boolean({ description: 'fail where the lock would change' }),
  frozen: Flags.boolean({ description: '--locked and --offline together' }),
};

const variationFlags = {
  with: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME[@RANGE]',
    description: 'add a component to the machine, for this time (repeatable)',
  }),
  without: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
    description: 'leave a component out, for this time (repeatable)',
  }),
  replace: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'A=B',
    description: 'use B wherever A would be, for this time (repeatable)',
  }),
};

const layouts = ['initrd', 'disk'] as const;

const layoutFlag = {
  layout: Flags.option({
    options: layouts,
    helpValue: 'LAYOUT',
    description: "where containers' trees lie, for this time: in the `initrd`, or on a `disk`",
  })(),
};

const platformFlag = {
  platform: Flags.string({ helpValue: 'OS/ARCH', description: 'by default the first of the assembly' }),
};

const outFlag = {
  out: Flags.string({ helpValue: 'DIR', description: 'where the artifact goes; by default out/ASSEMBLY/PLATFORM' }),
};

/** Of the commands that ask about an assembly. */
export const assemblyFlags = { ...variationFlags, ...platformFlag, ...libraryFlags, ...registryFlag, ...networkFlags };

/** Of those that hold it against its lock. */
export const lockedAssemblyFlags = { ...variationFlags, ...platformFlag, ...lockFlags, ...libraryFlags, ...registryFlag, ...networkFlags };

/** Of those that make an artifact of it; in the order of the reference. */
export const artifactFlags = {
  ...variationFlags,
  ...layoutFlag,
  ...outFlag,
  ...platformFlag,
  ...lockFlags,
  ...libraryFlags,
  ...registryFlag,
  ...networkFlags,
  ...blobMirrorFlags,
};

export const machineFlags = {
  memory: Flags.string({ helpValue: 'SIZE', description: "the machine's memory, as 256MB; by default what the assembly says" }),
  'as-shipped': Flags.boolean({ description: 'boot the kernel as it is shipped, without what only saves time under emulation' }),
  timeout: Flags.string({ helpValue: 'TIME', description: 'the longest that the machine may live, as 90s or 5m' }),
};

/** Of the commands that work on a registry's folder. */
export const registryFlags = {
  storage: Flags.string({ helpValue: 'DIR', description: "the registry's folder; by default below $XDG_DATA_HOME or ~/.local/share" }),
};

/** Of those about its users. */
export const registryUserFlags = {
  ...registryFlags,
  config: Flags.string({
    helpValue: 'FILE',
    description: 'the configuration that the server is started with: where its folder is, and roles',
  }),
};

export const assemblyArgument = {
  assembly: Args.string({ description: 'a name below assemblies/, a folder, or a file; by default the one of this folder' }),
};

/** Of the commands that speak with a forge. */
export const githubFlags = {
  github: Flags.string({ required: true, helpValue: 'OWNER/REPOSITORY#NUMBER', description: 'the pull request' }),
  api: Flags.string({ helpValue: 'URL', description: 'the address of the API; by default GITHUB_API_URL, else https://api.github.com' }),
};
