import type { FailureCode } from '@moby/model';

/** What a code means, what leads to it, and what mends it. */
export interface Message {
  readonly kind: 'failure' | 'finding';
  readonly means: string;
  readonly bad: string;
  readonly good: string;
}

type Text = Omit<Message, 'kind'>;

const failures: Readonly<Record<FailureCode, Text>> = {
  usage: {
    means: 'The command line asks for something that there is not.',
    bad: '`moby-compose asemble redis-os`, `--ofline`, `--memory lots`',
    good: '`moby-compose assemble redis-os --offline`; `--help` shows what a command takes',
  },
  'not-found': {
    means: 'Something that was named is not there: an assembly, a component, a file. The nearest name is suggested.',
    bad: '`moby-compose info redsi`',
    good: '`moby-compose info redis`; `moby-compose list components` shows what there is',
  },
  'invalid-input': {
    means: 'A file that was read is not in order; its findings are shown with file, line and column.',
    bad: 'a package.json whose `component.kind` is `deamon`',
    good: 'mend what the findings name; `moby-compose component validate` looks at components alone',
  },
  'no-mirror': {
    means: 'No Debian mirror answers. Each that was tried is named, with where its address came from.',
    bad: 'a machine without network, with packages still missing from the store',
    good: '`--debian-mirror http://HOST/debian`, or `--offline` where the store has everything',
  },
  network: {
    means: 'A server stopped answering, or answered with an error, after several attempts.',
    bad: 'a mirror that is overloaded',
    good: 'run the command again: what was downloaded is kept; or take another mirror',
  },
  denied: {
    means: 'A server does not let this user do what was asked: the credentials are missing, wrong, or not enough.',
    bad: '`component mirror --to oci://HOST/REPOSITORY` without having logged in there',
    good: '`docker login HOST`; or `--username NAME` with the password in `MOBY_COMPOSE_MIRROR_PASSWORD`',
  },
  refused: {
    means:
      'A registry has understood what was asked and does not do it; its own words follow, one line for each rule. Nothing was changed.',
    bad: '`component publish redis/8.0` of a release that lacks what the one before it offered',
    good: 'mend what the lines name, and publish again; `component publish --dry-run` shows beforehand what can be told without the registry',
  },
  'source-vanished': {
    means: 'No location has a pinned package any more, and it may not be replaced or nothing fits in its place.',
    bad: '`assemble redis-os --locked` a year after the lock was written',
    good: '`moby-compose component update` pins the newest package of the same line; without `--locked` that happens for this run, and is said',
  },
  'source-corrupt': {
    means: 'A download has other bytes than its pin, from every location that was tried. Nothing of it is kept.',
    bad: 'a proxy that changes what it passes on',
    good: 'run the command again with another mirror: `--debian-mirror`',
  },
  'wrong-digest': {
    means: 'Bytes were made or found that do not have the digest that was written down for them.',
    bad: 'a manifest’s `digest` after a change of its list of kept files',
    good: '`moby-compose component build NAME` writes what the bytes say',
  },
  'wrong-facts': {
    means: 'The facts that were committed with a component are not what its payload says. Facts are proof, so nothing is built on them.',
    bad: 'a facts.json that was written by hand',
    good: '`moby-compose component build NAME`',
  },
  'bad-archive': {
    means: 'A package or an image can’t be read: it is cut off, malformed, or has paths that lead out of it.',
    bad: 'a .deb that ends in the middle of a member; an entry `../../etc/passwd`',
    good: 'fetch it again; where it stays so, the package itself is wrong, and its pin should move',
  },
  'bad-signature': {
    means:
      'What has to be signed is not, by another key than those that are known, or has other bytes than were signed: InRelease of an archive, a release or the catalogue of a registry, a publisher’s statement. Nothing of it is used.',
    bad: 'a mirror that rewrites its index; a registry whose key is another than at its first use',
    good: 'another mirror; where a key was replaced by those who own it: `moby-compose verify NAME@VERSION --trust-key KEYID`',
  },
  'bad-index': {
    means: 'An index is not the one that InRelease names, or can’t be read; or a registry answers for a component with something else.',
    bad: 'a Packages.xz with one byte flipped',
    good: 'run the command again, as mirrors are inconsistent while they update; or take another mirror',
  },
  'lock-stale': {
    means: 'The lock would change, and `--locked` or `--frozen` forbids that.',
    bad: '`assembly.yaml` was edited and CI runs with `--locked`',
    good: 'run `moby-compose assemble` without it and commit `assembly.lock.json`',
  },
  offline: {
    means: 'Something has to be fetched, and `--offline` or `--frozen` forbids that. What is missing is named.',
    bad: '`assemble --offline` with an empty store',
    good: 'run it once with network',
  },
  'no-space': {
    means: 'The disk is full. The message says what was being written and how much is needed.',
    bad: 'a store on a small file system',
    good: 'make room, or put the store elsewhere: `XDG_CACHE_HOME`',
  },
  io: {
    means: 'A file or folder can’t be read or written.',
    bad: 'an `out` folder that belongs to root',
    good: '`--out` with a folder of yours, or other permissions',
  },
  'store-corrupt': {
    means: 'A file of the store has other bytes than its name says.',
    bad: 'a disk that loses bits',
    good: 'remove what `moby-compose store verify` names: it is fetched or made again',
  },
  'unreadable-repository': {
    means: 'A git repository can’t be read: a commit or a file of it is missing or corrupt, or it is of a kind that isn’t read.',
    bad: 'a linked work tree, a clone with `--filter`, a repository with sha256',
    good: 'a plain clone that has both commits, named by its top folder',
  },
  'qemu-missing': {
    means: '`run` and `test` need QEMU, and it is not on the PATH, or too old.',
    bad: 'a fresh machine',
    good: 'the command in the hint installs it; `assemble` needs none',
  },
  'port-in-use': {
    means: 'A port of 127.0.0.1 that leads to the machine is taken, or this user may not use it.',
    bad: 'a redis of the host on 6379, and `run redis-os`',
    good: '`--publish 16379:6379`',
  },
  'storage-in-use': {
    means: 'Another process owns the folder of a registry; the message says its number.',
    bad: '`registry serve` twice on one folder',
    good: 'stop the first one, or `--storage` with another folder',
  },
  'gate-open': {
    means: 'The registry’s gate did not answer as itself, so nothing is served.',
    bad: 'an installation without the folder `plugins`',
    good: 'the whole program, installed again',
  },
  'guest-silent': {
    means: 'A machine was started and did not come up. The end of its console is shown.',
    bad: 'a kernel that can’t unpack its initrd',
    good: 'look at the whole console; more memory: `--memory 512MB`',
  },
  'guest-failed': {
    means: 'A machine ended before it was asked to, or QEMU could not run it. The end of its console is shown.',
    bad: 'a kernel that panics, an init that gives up',
    good: 'look at the whole console, whose path is shown',
  },
  interrupted: {
    means: 'A signal ended the run. What was downloaded and built is kept.',
    bad: 'Ctrl-C during `assemble`',
    good: 'the same command goes on from there',
  },
  limit: {
    means: 'Something from outside is larger than what is read; the message says both numbers.',
    bad: 'an assembly.yaml of 5 MB',
    good: 'make it smaller; limits have names in the source',
  },
};

const findings: Readonly<Record<string, Text>> = {
  'mirror-corrupt': {
    means:
      'A blob mirror has other bytes under a digest than those that have it. Nothing of them is kept; the payload comes from the next place.',
    bad: 'a registry whose disk loses bits, or that somebody has changed',
    good: 'remove the blob there, and push it again: `moby-compose component mirror`',
  },
  'mirror-left': {
    means: 'A blob mirror does not answer, or not as it should; it is not asked again in this run. Payloads come from the next place.',
    bad: '`--blob-mirror` with a registry that is down, or that needs a login',
    good: 'look at the registry; `docker login HOST` where it denies',
  },
  blank: {
    means: 'A text that `component new` left to a hand has not been written yet: it begins with `TODO: `.',
    bad: '`"license": "TODO: SPDX expression of its files"`',
    good: '`"license": "MIT"`',
  },
  'cache-damaged': {
    means: 'What was kept of a registry has other bytes than were kept. It is fetched or made again.',
    bad: 'a disk that loses bits; a file below `registry/` of the cache that somebody edited',
    good: 'nothing has to be done; where it comes again, look at the disk',
  },
  'catalogue-older': {
    means: 'A registry’s catalogue of who offers what is signed, and older than one that was seen before. The newer one is used.',
    bad: 'something in between that hides what was published since; a registry that was put back from an older copy',
    good: 'ask whoever runs the registry; it passes once as many versions are published as were seen',
  },
  'registry-unreachable': {
    means: 'A registry of components does not answer, or not with what a registry answers. What it said last stands in for it.',
    bad: '`check --registry https://components.example/` while that server is down',
    good: 'run the command again later, as what was published since is not seen; `--offline` asks no registry',
  },
  'version-left-out': {
    means: 'A version in a registry can’t be used, so nothing chooses it.',
    bad: 'a manifest with keys of a later program; a version without a sha512',
    good: 'a newer program, or a word to whoever published it',
  },
  'version-frozen': {
    means: 'A component is not what was published under its version before. Locks rely on that never changing.',
    bad: '`registry export DIR` after a change of files/, with the revision of before',
    good: 'raise the revision: the last two digits of `version` in its package.json',
  },
  'version-deprecated': {
    means: 'A version that was chosen is deprecated in its registry: whoever answers for it says what to take in its place.',
    bad: '`redis@7.0` where its registry says: use 8.0',
    good: 'wish for what the text names; versions that are not deprecated are chosen before others',
  },
  'version-yanked': {
    means: 'A version that the lock has was taken back by whoever answers for it. It is never chosen anew.',
    bad: 'a lock with a version that its registry says to be `[yanked]`, for a defect',
    good: 'take the lock away, or wish for another version, and assemble again',
  },
  'copyright-elsewhere': {
    means: 'A package’s copyright file is a link into another package that is not kept.',
    bad: '`usr/share/doc/libssl3t64` linked to `openssl`',
    good: 'pin the package that has the file, and keep its copyright',
  },
  'duplicate-key': {
    means: 'A key stands twice in one mapping.',
    bad: '`services:` twice in one file',
    good: 'one key, with both contents',
  },
  'cgroup-mode': {
    means: 'The kernel or a runtime can’t do the version of control groups that the init mounts.',
    bad: 'an init that mounts version 1 on Linux 6.12',
    good: 'an init that mounts version 2, or a runtime that works in it: [rules/cgroup.mode.md](rules/cgroup.mode.md)',
  },
  'cpu-isa': {
    means: 'A file asks for instructions that not every processor has, or more than the target has.',
    bad: 'a program built with -march=x86-64-v3 for a machine of level 2',
    good: 'a build for the baseline, or a target that has the instructions: [rules/cpu.isa.md](rules/cpu.isa.md)',
  },
  'rpc-service': {
    means: 'A containerd and a shim have no task service in common.',
    bad: 'containerd 1.7 with the shim of containerd 2.1',
    good: 'a shim of the daemon’s line, or an older one: [rules/rpc.service.md](rules/rpc.service.md)',
  },
  'shim-bootstrap': {
    means: 'A containerd does not understand what a shim prints when it is started.',
    bad: 'containerd 1.6 with the shim of containerd 2.1',
    good: 'a shim of the daemon’s line, or an older one: [rules/shim.bootstrap.md](rules/shim.bootstrap.md)',
  },
  'elf-dlopen': {
    means: 'A file says in a note that it must load a library while it runs, and the library is not there.',
    bad: 'a program whose note requires libfido2.so.1, without libfido2',
    good: 'add the library’s component; [rules/elf.dlopen.md](rules/elf.dlopen.md)',
  },
  'elf-symbol': {
    means: 'A program or one of its libraries imports a symbol that nothing that is loaded with it has.',
    bad: 'a program that imports seccomp_precompute, with libseccomp 2.5',
    good: 'another version of either; [rules/elf.symbol.md](rules/elf.symbol.md)',
  },
  'elf-interp': {
    means: 'A program’s loader is not in its root.',
    bad: 'a dynamic program in a root without a C library',
    good: 'the component requires the C library that its facts name: `moby-compose component build NAME`',
  },
  'elf-machine': {
    means: 'A file is for another machine than the platform, or needs a newer level of it.',
    bad: 'an arm64 library in a payload for linux/amd64',
    good: 'pin the package of the platform’s architecture',
  },
  'elf-needed': {
    means: 'A program or library needs a library that is not in its root.',
    bad: '`redis-server` without libssl.so.3',
    good: 'a component that offers it; `moby-compose component build NAME` writes what is needed into the manifest',
  },
  'elf-version': {
    means: 'A library is there, and does not have a symbol version that is needed of it.',
    bad: 'a program that needs GLIBC_2.43 with glibc 2.41',
    good: 'another version of either; the message lists what was tried',
  },
  'exec-interpreter': {
    means: 'A script’s interpreter is not in its root.',
    bad: '`#!/usr/bin/perl` without perl',
    good: 'the component requires what has the interpreter',
  },
  'cni-version': {
    means: 'The plugins of a network don’t know the version of CNI that its configuration names.',
    bad: 'a configuration of version 1.1.0 with plugins that know up to 1.0.0',
    good: 'a version that they know, or newer plugins: [rules/cni.version.md](rules/cni.version.md)',
  },
  'config-version': {
    means: 'A config.toml is of a newer version than its containerd knows: it is refused, or what is new in it is ignored without a word.',
    bad: 'a file of version 3 with containerd 1.7',
    good: 'a file of version 2, which newer daemons migrate: [rules/config.version.md](rules/config.version.md)',
  },
  'docker-api-window': {
    means: 'A client and an engine have no version of the API in common.',
    bad: 'a client that ends at 1.41, and an engine that begins at 1.44',
    good: 'versions whose windows overlap: [rules/docker.api-window.md](rules/docker.api-window.md)',
  },
  'engine-containerd-range': {
    means: 'The engine is not meant for this containerd, though it runs on it.',
    bad: 'docker 28.5 on containerd 1.6.20',
    good: 'a containerd of the range: [rules/engine.containerd-range.md](rules/engine.containerd-range.md)',
  },
  'netfilter-backend': {
    means: 'The kernel lacks the packet filter that `iptables` of this root writes to.',
    bad: '`iptables` linked to xtables-legacy-multi on a kernel without IP_NF_IPTABLES_LEGACY',
    good: 'the link to xtables-nft-multi: [rules/netfilter.backend.md](rules/netfilter.backend.md)',
  },
  'exec-path': {
    means: 'A program that is to be run is not on the PATH of its root, or not executable.',
    bad: '`service.args` that begin with `/usr/sbin/redis-server` where it is in /usr/bin',
    good: 'the path as the payload has it',
  },
  'kernel-config': {
    means: 'The kernel was built without an option that a component needs or wishes for.',
    bad: 'a container engine on a kernel with BRIDGE_NETFILTER off',
    good: 'a kernel that has the option: [rules/kernel.config.md](rules/kernel.config.md)',
  },
  'kernel-module-present': {
    means: 'An option of the kernel is a module, and its file is not in the machine.',
    bad: 'OVERLAY_FS=m, and no overlay.ko',
    good: 'name the module among the machine’s modules, or a kernel whose payload keeps it: [rules/kernel.module-present.md](rules/kernel.module-present.md)',
  },
  'kmod-crc': {
    means: 'A module was built against other types than the kernel has.',
    bad: 'overlay.ko of Debian’s 6.1.0-47 on its 6.1.0-50',
    good: 'a module that was built for this kernel: [rules/kmod.crc.md](rules/kmod.crc.md)',
  },
  'kmod-symbol': {
    means: 'A module needs a symbol that nothing exports to it.',
    bad: 'overlay.ko of Linux 7.2 on 6.12',
    good: 'a module that was built for this kernel, with the modules that it depends on: [rules/kmod.symbol.md](rules/kmod.symbol.md)',
  },
  'kmod-vermagic': {
    means: 'A module was built for a kernel of another release or with other properties.',
    bad: 'overlay.ko of Linux 6.12 on 7.2',
    good: 'a module that was built for this kernel: [rules/kmod.vermagic.md](rules/kmod.vermagic.md)',
  },
  'facts-present': {
    means: 'Nothing is known of a component’s payload: its edges are unknown, which is never taken for a pass.',
    bad: 'a component without facts.json',
    good: '`moby-compose component build NAME`',
  },
  'gave-up': {
    means: 'The search ended at its limit of steps, without an answer either way.',
    bad: 'a universe made to be hard',
    good: 'narrower ranges; say which versions are wanted',
  },
  'no-facts': {
    means: 'A component has no facts for the platform: what it needs and offers is unknown.',
    bad: 'a component that was never built',
    good: '`moby-compose component build NAME`',
  },
  'other-platform': {
    means: 'An assembly does not name the platform that was asked for.',
    bad: '`--platform linux/arm64` for `platforms: [linux/amd64]`',
    good: 'add it to `platforms`, where the components have payloads for it',
  },
  'security-missing': {
    means: 'No location has a suite’s security archive, so its updates are not seen.',
    bad: '`--debian-mirror http://HOST/debian` of a mirror without security',
    good: 'name both: `--debian-mirror http://HOST/debian,http://HOST/debian-security`',
  },
  'facts-differ': {
    means: 'The committed facts.json is not what the payload says (`component build --check`).',
    bad: 'facts of an earlier payload',
    good: '`moby-compose component build NAME`',
  },
  'facts-invalid': {
    means: 'A facts.json can’t be read.',
    bad: 'a facts.json that was merged by hand',
    good: '`moby-compose component build NAME`',
  },
  'facts-missing': {
    means: 'A component has no facts.json: nothing is known of its payload.',
    bad: 'a new component before its first build',
    good: '`moby-compose component build NAME`',
  },
  'facts-stale': {
    means: 'facts.json is of another payload than the manifest names.',
    bad: 'a `digest` that was changed by hand',
    good: '`moby-compose component build NAME`',
  },
  'files-mismatch': {
    means: 'A component has `files/` that no source takes, or a source without `files/`.',
    bad: 'a folder `files/` and only `deb` sources',
    good: 'add `{ "kind": "files" }` to the payload’s sources, or remove the folder',
  },
  'incomplete-kernel': {
    means: 'A kernel module that is loaded needs another one that the kernel does not have.',
    bad: 'a kernel package of which a module’s dependency is not kept',
    good: 'keep `usr/lib/modules/**` of the package',
  },
  'index-expired': {
    means: 'An index is past its Valid-Until: newer packages may be hidden. Pins hold all the same, because they are digests.',
    bad: 'a mirror that stopped updating',
    good: 'another mirror',
  },
  'invalid-assembly': {
    means: 'An assembly that is extended or listed is not in order.',
    bad: '`extends: minimal` where minimal’s file has an error',
    good: 'mend the file that is named',
  },
  'invalid-manifest': {
    means: 'A component’s package.json is not in order.',
    bad: 'a version without packaging revision',
    good: '`moby-compose component validate NAME` says what and where',
  },
  'invalid-range': {
    means: 'A range of a universe is none, as npm’s semver reads them.',
    bad: '`"requires": { "libc": "^2.x.y" }`',
    good: '`"requires": { "libc": "^2.38" }`',
  },
  'invalid-version': { means: 'A version of a universe is none.', bad: '`"libc": { "2.41": {} }`', good: '`"libc": { "2.41.0": {} }`' },
  'invalid-value': { means: 'A value is not of the form that its key asks for.', bad: '`ports: ["6379"]`', good: '`ports: ["6379:6379"]`' },
  'kind-offers-nothing': {
    means: 'A kernel, init or runtime does not provide the capability that its kind stands for.',
    bad: 'a runtime without `runtime:oci`',
    good: '`"provides": { "runtime:oci": "1.2.0" }`',
  },
  'kind-without-slot': {
    means: 'A kernel or init does not take its slot, so a machine could get two.',
    bad: 'an init without `exclusive`',
    good: '`"exclusive": ["slot:init"]`',
  },
  'left-line': {
    means: 'The suite’s newest package belongs to another line of the component: a new line, not a release of this one.',
    bad: 'redis 8.2 found for the line redis/8.0',
    good: 'a folder of its own: `components/redis/8.2`',
  },
  'little-shown': {
    means: '`component test` of a service that says nothing of how it answers: it is shown that it keeps running, and no more.',
    bad: 'a service with neither `service.ready` nor `expect`',
    good: '`"ready": { "tcp": 11211 }`, and under `expect` what is asked there and how the answer begins',
  },
  'missing-key': { means: 'A key that is needed is not there.', bad: 'an assembly without `version`', good: '`version: 1.0.0`' },
  'moving-suite': {
    means: 'A source names a suite that is another one from time to time.',
    bad: '`"suite": "stable"`',
    good: '`"suite": "trixie"`',
  },
  'no-solution': {
    means: 'No choice of versions meets all requirements. The chain of reasons is shown, with at least one way out that was tried.',
    bad: '`constraints: [glibc@~2.36]` with a crun that needs 2.38',
    good: 'one of the ways out that the message lists',
  },
  'nothing-to-run': {
    means: 'An entry of `services`, `onboot` or `onshutdown` has no program to run.',
    bad: '`services: [{ component: zlib }]`',
    good: 'put a library under `with:`, or give the entry `args:`',
  },
  'over-budget': {
    means: 'Kernel and initrd are larger than the assembly’s `budget.size`.',
    bad: '`budget: { size: 20MB }` for 23.2 MB',
    good: 'leave something out, or raise the budget',
  },
  'over-memory': {
    means: 'The machine needs more memory than the assembly’s `budget.memory`.',
    bad: '`budget: { memory: 64MB }` for an initrd of 40 MB unpacked',
    good: 'raise it, or leave something out',
  },
  'owners-missing': {
    means: 'A component has no OWNERS.yaml: nobody answers for it.',
    bad: 'a new component without the file',
    good: 'name a maintainer (schemas/owners.v1.schema.json)',
  },
  'path-conflict': {
    means: 'Two components of one root have different files at one path.',
    bad: 'two components that both ship `usr/bin/httpd`',
    good: 'keep the file in one of them only',
  },
  'payload-differs': {
    means: 'The payload that was derived is not the one that is committed (`component build --check`).',
    bad: 'a changed file below `files/`',
    good: '`moby-compose component build NAME`',
  },
  'privilege-dropped': {
    means: 'A file’s setuid or setgid bit, or its capability, was taken away: payloads carry none.',
    bad: 'a package with `usr/bin/su`',
    good: 'nothing to do; where a service needs a privilege, it is declared for the service',
  },
  'proven-differs': {
    means: 'The proven capabilities of a manifest are not what its facts say (`component build --check`).',
    bad: 'a `soname:` that was added by hand',
    good: '`moby-compose component build NAME`',
  },
  'readme-missing': {
    means: 'A component has no README.md, or an empty one.',
    bad: 'a new component without the file',
    good: 'a few lines: what it is, what it is configured with',
  },
  'service-without-args': {
    means: 'A component of kind `service` does not say what is run.',
    bad: '`"kind": "service"` without `service.args`',
    good: '`"service": { "args": ["/usr/bin/redis-server"] }`',
  },
  'source-moved': {
    means:
      'The archive has dropped a pinned package. The newest one of the same line was taken instead, for this lock; every check was repeated.',
    bad: 'a clone that is a year old',
    good: '`moby-compose component update NAME` keeps it for everybody; `--locked` never accepts it',
  },
  'not-utf8': { means: 'A file is not UTF-8 text.', bad: 'an OWNERS.yaml in Latin-1', good: '`iconv -f latin1 -t utf-8`' },
  syntax: { means: 'A file is not YAML or JSON.', bad: '`ports: ["6379:6379"`', good: '`ports: ["6379:6379"]`' },
  'too-deep': { means: 'Values of a file are nested deeper than what is read.', bad: 'forty lists in each other', good: 'a flatter file' },
  'too-large': {
    means: 'A file is larger than what is read, or unfolds to more.',
    bad: 'an assembly.yaml of 5 MB',
    good: 'a smaller file',
  },
  'unknown-component': {
    means: 'An assembly names a component that there is not.',
    bad: '`component: redsi@^8`',
    good: '`component: redis@^8`; `moby-compose list components`',
  },
  'unknown-key': {
    means: 'A key is not one of its place. The nearest one is suggested.',
    bad: '`pubish: ["6379:6379"]`',
    good: '`ports: ["6379:6379"]`',
  },
  'unknown-module': {
    means: 'A kernel module that is asked for is neither a file of the kernel nor built in.',
    bad: '`modules: [overlayfs]`',
    good: '`modules: [overlay]`',
  },
  'unknown-need': {
    means: 'A universe names a place (`in`) for something that the version neither requires nor recommends.',
    bad: '`"in": { "libcc": "machine" }` beside `"requires": { "libc": "*" }`',
    good: '`"in": { "libc": "machine" }`',
  },
  'unpublished-files': {
    means: 'npm would publish a component without files that it needs.',
    bad: '`"files": []`',
    good: '`"files": ["facts.json", "files/"]`',
  },
  'wrong-default': {
    means: 'A default, or a replacement, names a component that does not offer what it is preferred for; or nobody offers that.',
    bad: '`defaults: { "runtime:oci": busybox }`',
    good: '`defaults: { "runtime:oci": crun }`',
  },
  'wrong-folder': {
    means: 'A component lies in the folder of another name.',
    bad: '`@moby/redis` in components/valkey/8.0',
    good: 'components/redis/8.0',
  },
  'wrong-line': {
    means: 'A component’s version is not in the line that its folder names.',
    bad: 'version 8.2.1 in components/redis/8.0',
    good: 'components/redis/8.2',
  },
  'wrong-path': { means: 'A path of a manifest is not in canonical form.', bad: '`"keep": ["/bin/sh"]`', good: '`"keep": ["usr/bin/sh"]`' },
  'wrong-type': {
    means: 'A value is of another type than its key asks for.',
    bad: '`services: redis`',
    good: '`services: [{ component: redis }]`',
  },
};

/** All codes; each is in one of the two lists. */
export const messages: Readonly<Record<string, Message>> = Object.fromEntries<Message>([
  ...Object.entries(failures).map(([code, text]): [string, Message] => [code, { kind: 'failure', ...text }]),
  ...Object.entries(findings).map(([code, text]): [string, Message] => [code, { kind: 'finding', ...text }]),
]);
