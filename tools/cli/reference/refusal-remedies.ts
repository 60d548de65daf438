import type { RefusalCode } from '@moby/registry-server';

/** What to do about each refusal of a registry’s gate. */
export const remedies: Readonly<Record<RefusalCode, string>> = {
  'MOBY-D400': 'send the address as npm’s clients do: `/@scope%2fname`, nothing encoded twice, no `..`, no `//`; each name of a query once',
  'MOBY-D401':
    'log in: `moby-compose component login --registry URL`, or `npm login --auth-type=legacy`; a token ends after the days that the registry gives it, and with its user’s password',
  'MOBY-D402': 'look at the name and the password; who runs the registry makes users: `moby-compose registry user add NAME`',
  'MOBY-D403':
    'ask somebody of a role that the message names, or who runs the registry for it: `moby-compose registry user role NAME ROLE`',
  'MOBY-D404': 'look at the name and the version; what there is: `moby-compose list components --registry URL`',
  'MOBY-D405':
    'use `npm publish`, `deprecate`, `dist-tag`, `owner`, `login`, or moby-compose; a scope that is not served has another registry',
  'MOBY-D406':
    'take a version out of use: `moby-compose component yank NAME@VERSION REASON`, or `npm deprecate NAME@VERSION "[yanked] reason"`',
  'MOBY-D407': 'change `components/NAME/OWNERS.yaml` of the library by a pull request',
  'MOBY-D408': 'send again; where it comes back, look at what stands between: a proxy that holds bodies back, a slow line',
  'MOBY-D409': 'raise the revision, the last two digits of `version` in package.json, and publish that',
  'MOBY-D410': 'nothing: a registry of components keeps no stars',
  'MOBY-D411':
    'publish: `next` and the line’s tag follow; `latest` comes by `moby-compose component promote NAME@VERSION`; other tags are free',
  'MOBY-D412': 'change nothing but deprecation texts; what is to differ otherwise is published as a new version',
  'MOBY-D413':
    'make the package smaller; payloads belong into sources, not into `files/`; who runs the registry may raise `limits.publishBytes`',
  'MOBY-D415': 'send `content-type: application/json`, and the body as it is, not compressed',
  'MOBY-D422': 'look at the member that the message names; npm’s clients and moby-compose send what is taken',
  'MOBY-D423': 'pack and publish anew; where it comes back, something between changes what is sent',
  'MOBY-D424': 'mend what each finding names; every rule has its page: [governance-rules](governance-rules/README.md)',
  'MOBY-D425':
    'promote the greatest stable version whose payload is proven: have its packages in the registry’s store (`moby-compose component build --check`), and promote again',
  'MOBY-D426':
    'ask an owner, or a steward; owners stand in the library’s OWNERS.yaml, or where there is no library at the registry: `npm owner ls NAME`',
  'MOBY-D427':
    'who runs the registry mends OWNERS.yaml in the checkout that `library` names: `moby-compose component validate NAME` says what is wrong',
  'MOBY-D429': 'wait as long as `retry-after` says; moby-compose does so by itself',
  'MOBY-D431': 'publish with the folder of the line, as `moby-compose component publish NAME/LINE` does; npm takes `--tag line-LINE`',
  'MOBY-D432':
    'who runs the registry mends docs/governance/policy.yaml in the checkout that `library` names: the message has what is wrong and its line',
  'MOBY-D433': 'send again; where it comes back, make facts.json, symbols.json and the paths in them smaller',
  'MOBY-D500': 'tell who runs the registry: the log has the stack at `event: bug`',
  'MOBY-D501': 'who runs the registry starts it by `moby-compose registry serve`, which has the rules',
  'MOBY-D503': 'send again in some seconds',
  'MOBY-D507': 'who runs the registry frees some space, or looks at the disk: the log says `no-space` or `io`; then send again',
  'MOBY-D508': 'who runs the registry finds it by `moby-compose registry fsck`, and puts it back from a backup; other components go on',
};
