/** What a Go program says of itself, also when it is stripped. A field that isn't there could not be read: unknown, never "none". */
export interface GoFacts {
  /** The toolchain, as `go1.24.4`. */
  readonly version?: string;
  /** Build tags (`-tags`), sorted; empty where the build recorded its settings and none of these. */
  readonly tags?: readonly string[];
  /** The x86 level that the compiler assumed (GOAMD64): 1 to 4. */
  readonly isaLevel?: number;
  /** The RPC services whose generated code is linked: linked, not necessarily called. */
  readonly services?: GoServices;
  /** How a containerd and its shims meet at the start of a shim; only in programs that have that code. */
  readonly shimStart?: GoShimStart;
}

/** Both lists sorted by service, then transport. */
export interface GoServices {
  /** The registering function is linked: a server of it is offered. */
  readonly provides: readonly GoService[];
  /** The client's constructor is linked. */
  readonly consumes: readonly GoService[];
}

export interface GoService {
  /** The full name in its proto file, as `containerd.task.v2.Task`. */
  readonly service: string;
  readonly transport: GoTransport;
}

export const goTransports = ['grpc', 'ttrpc'] as const;
export type GoTransport = (typeof goTransports)[number];

/**
 * What a shim prints when it was started: the address alone, containerd's JSON `BootstrapParams`, or the protobuf
 * `BootstrapResult`. The version inside of the reply is a constant of the code, which can't be read.
 */
export const goShimReplies = ['plain', 'json', 'protobuf'] as const;
export type GoShimReply = (typeof goShimReplies)[number];

export interface GoShimStart {
  /** What a daemon understands, in the order of `goShimReplies`. */
  readonly accepts?: readonly GoShimReply[];
  /** What a shim prints. */
  readonly emits?: GoShimReply;
}
