/** The PATH that a container gets unless its service says otherwise. */
export const programPath: readonly string[] = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
