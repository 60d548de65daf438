import type { ChangeFixture, Files, PullRequest } from '../pull-request.ts';
import { sshSigner } from '../signatures/ssh-signer.ts';

const [ann, other] = [sshSigner(1), sshSigner(2)];
const list = 'docs/governance/allowed_signers';
const allowing = (line: string): Files => ({ [list]: `${line}\n` });
const signers = allowing(`ann@example.com namespaces="git" ${ann.line}`);
const ordinary = { 'components/tini/README.md': '# tini\n\nAnother word.\n' };
const signed: PullRequest = { base: signers, head: ordinary, sign: ann.sign };

const owners = (keys: string): Files => ({
  'components/tini/OWNERS.yaml': `lifecycle: maintained\nmaintainers:\n  - name: Ann\n    registry: ann\n    keys: [${keys}]\n  - name: Bob\n    registry: bob\n`,
});
const key = (letter: string): string => letter.repeat(80);

export const stage8: Readonly<Record<string, ChangeFixture>> = {
  'commit-signed': {
    fail: {
      unsigned: { base: signers, head: ordinary },
      'unknown-key': { ...signed, sign: other.sign },
      'own-key': {
        also: ['no-mix/mixed', 'trust-change/signers'],
        ...signed,
        head: { ...ordinary, [list]: `${signers[list]}ann@example.com ${other.line}\n` },
        sign: other.sign,
      },
      'other-signer': { ...signed, author: 'Bob <bob@example.com>' },
      outdated: { ...signed, base: allowing(`*@example.com valid-before="20301231Z" ${ann.line}`), today: '2031-01-01' },
      bad: { ...signed, sign: () => '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----' },
      'unknown-signatures': { also: ['dco/unknown-commits'], ...signed, shallow: true },
    },
    pass: [
      signed,
      { ...signed, base: allowing(`*@example.com valid-before="20301231Z" ${ann.line}`), today: '2030-12-30' },
      // Where nobody says who may sign, there is nothing to measure a signature by.
      { head: ordinary },
    ],
  },
  'trust-change': {
    fail: {
      'maintainers-keys': { base: owners(key('A')), head: owners(key('B')) },
      signers: { ...signed, head: { [list]: undefined } },
      unreadable: {
        also: ['trust-change/signers'],
        ...signed,
        head: { [list]: `${signers[list]}bob@example.com cert-authority ${other.line}\n`, 'docs/governance/keys/bob.asc': 'bob\n' },
      },
    },
    pass: [signed, { base: owners(key('A')), head: { ...owners(key('A')), ...ordinary } }],
  },
};
