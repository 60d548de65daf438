/** Where a library's repository keeps what it has decided. */
export const policyFile = 'docs/governance/policy.yaml';
