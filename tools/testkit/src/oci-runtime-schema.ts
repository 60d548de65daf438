/**
 * JSON Schema 2020-12 of the parts of config.json that we write, after the OCI runtime specification 1.1 (config.md,
 * config-linux.md). Stricter than the specification: a key that stands here nowhere is refused, so that a slip is seen.
 */
export function ociRuntimeSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...closed(
      {
        ociVersion: { type: 'string', pattern: '^1\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.+-]+)?$' },
        root,
        hostname: text,
        process,
        mounts: { type: 'array', items: mount },
        linux,
      },
      ['ociVersion', 'root', 'process', 'mounts', 'linux'],
    ),
  };
}

function closed(properties: Record<string, unknown>, required: readonly string[]): Record<string, unknown> {
  return { type: 'object', properties, required, additionalProperties: false };
}

const text = { type: 'string', minLength: 1 };
const absolute = { type: 'string', pattern: '^/' };
const absolutes = { type: 'array', items: absolute, uniqueItems: true };
const uint32 = { type: 'integer', minimum: 0, maximum: 4294967295 };
const int64 = { type: 'integer', minimum: -(2 ** 53), maximum: 2 ** 53 };
const uint64 = { type: 'integer', minimum: 0, maximum: 2 ** 53 };
const capabilities = { type: 'array', items: { type: 'string', pattern: '^CAP_[A-Z_]+$' }, uniqueItems: true };

const root = closed({ path: text, readonly: { type: 'boolean' } }, ['path']);

/** POSIX resource limits as getrlimit(2) of Linux names them. */
const limitTypes = 'AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK'
  .split(' ')
  .map((name) => `RLIMIT_${name}`);

const process = closed(
  {
    terminal: { type: 'boolean' },
    user: closed({ uid: uint32, gid: uint32, umask: uint32, additionalGids: { type: 'array', items: uint32 } }, ['uid', 'gid']),
    args: { type: 'array', minItems: 1, items: { type: 'string' } },
    env: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*=' } },
    cwd: absolute,
    capabilities: closed(
      { bounding: capabilities, effective: capabilities, permitted: capabilities, inheritable: capabilities, ambient: capabilities },
      [],
    ),
    rlimits: { type: 'array', items: closed({ type: { enum: limitTypes }, soft: uint64, hard: uint64 }, ['type', 'soft', 'hard']) },
    noNewPrivileges: { type: 'boolean' },
    oomScoreAdj: { type: 'integer', minimum: -1000, maximum: 1000 },
  },
  ['cwd', 'args'],
);

const mount = closed({ destination: absolute, type: text, source: text, options: { type: 'array', items: text } }, ['destination']);

const seccompArgument = closed(
  {
    index: { type: 'integer', minimum: 0, maximum: 5 },
    value: uint64,
    valueTwo: uint64,
    op: { enum: ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map((name) => `SCMP_CMP_${name}`) },
  },
  ['index', 'value', 'op'],
);
const action = {
  enum: ['KILL', 'KILL_PROCESS', 'KILL_THREAD', 'TRAP', 'ERRNO', 'TRACE', 'ALLOW', 'LOG', 'NOTIFY'].map((name) => `SCMP_ACT_${name}`),
};
const architectures = ['X86', 'X86_64', 'X32', 'ARM', 'AARCH64', 'PPC64LE', 'RISCV64', 'S390', 'S390X'].map((name) => `SCMP_ARCH_${name}`);

const linux = closed(
  {
    cgroupsPath: text,
    namespaces: {
      type: 'array',
      uniqueItems: true,
      items: closed({ type: { enum: ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'] }, path: absolute }, ['type']),
    },
    resources: closed(
      {
        devices: {
          type: 'array',
          items: closed(
            {
              allow: { type: 'boolean' },
              type: { enum: ['a', 'b', 'c'] },
              major: int64,
              minor: int64,
              access: { type: 'string', pattern: '^[rwm]{1,3}$' },
            },
            ['allow'],
          ),
        },
        memory: closed({ limit: int64, reservation: int64, swap: int64 }, []),
        pids: closed({ limit: int64 }, ['limit']),
      },
      [],
    ),
    seccomp: closed(
      {
        defaultAction: action,
        defaultErrnoRet: uint32,
        architectures: { type: 'array', items: { enum: architectures } },
        syscalls: {
          type: 'array',
          items: closed(
            {
              names: { type: 'array', minItems: 1, items: text },
              action,
              errnoRet: uint32,
              args: { type: 'array', items: seccompArgument },
            },
            ['names', 'action'],
          ),
        },
      },
      ['defaultAction'],
    ),
    rootfsPropagation: { enum: ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave', 'unbindable', 'runbindable'] },
    maskedPaths: absolutes,
    readonlyPaths: absolutes,
  },
  [],
);
