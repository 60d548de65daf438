import { Failure } from '@moby/model';

/** A repository of a registry that speaks the OCI distribution specification. */
export interface OciRepository {
  /** As people write it: `oci://registry.example:5000/moby/payloads`. */
  readonly label: string;
  /** Host and port, as credentials are kept by. */
  readonly host: string;
  /** `<name>` of the specification. */
  readonly name: string;
  /** Scheme, host and port that requests go to. */
  readonly origin: string;
  /** On this machine: no proxy stands between. */
  readonly isLocal: boolean;
}

/** What most registries take; the specification has no bound. */
const maxNameLength = 255;
/** OCI distribution specification 1.1, "Pulling manifests". */
const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const addressPattern = /^oci:\/\/([^/]+)\/(.+)$/;
const hostPattern = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/i;

/** Where the images of `docker.io` really are. */
const aliases: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io', 'index.docker.io': 'registry-1.docker.io' };

/**
 * `oci://HOST[:PORT]/REPOSITORY`. Plain http is spoken with this machine alone, or with all where `plainHttp` says so.
 * Throws `usage`.
 */
export function parseOciRepository(text: string, { plainHttp }: { readonly plainHttp: boolean }): OciRepository {
  const [, host = '', name = ''] = addressPattern.exec(text) ?? [];
  if (host.includes('@'))
    throw unusable(text, 'carries credentials', 'they come from `docker login`, or from --username and the environment');
  if (host === '') throw unusable(text, 'is no address of a repository', 'write oci://HOST[:PORT]/REPOSITORY');
  if (!hostPattern.test(host) || URL.parse(`https://${host}`) === null)
    throw unusable(text, `has no host: \`${host}\``, 'write oci://HOST[:PORT]/REPOSITORY');
  if (name.length > maxNameLength)
    throw unusable(text.slice(0, 80), `has a repository of ${name.length} characters`, `at most ${maxNameLength} are taken`);
  if (!namePattern.test(name)) {
    const hasTag = /[:@]/.test(name);
    const why = hasTag ? 'has a tag or a digest' : `has a repository that no registry takes: \`${name}\``;
    throw unusable(
      text,
      why,
      hasTag ? 'leave it out: tags are made of component, version and platform' : 'lowercase letters and digits, with . _ - / between them',
    );
  }
  const lower = host.toLowerCase();
  const isLocal = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/.test(lower);
  return {
    label: `oci://${lower}/${name}`,
    host: lower,
    name,
    origin: new URL(`${isLocal || plainHttp ? 'http' : 'https'}://${aliases[lower] ?? lower}`).origin,
    isLocal,
  };
}

function unusable(text: string, why: string, hint: string): Failure {
  return new Failure({ code: 'usage', message: `\`${text}\` ${why}`, hints: [hint] });
}
