import type { Lifecycle } from './lifecycle.ts';

/** What holds where a library has no life cycle of its own. docs/governance/lifecycle.yaml of this one says the same, with why. */
export const defaultLifecycle: Lifecycle = {
  states: [
    {
      name: 'proposed',
      assemble: 'refused',
      resolve: 'never',
      changes: 'all',
      means: 'somebody would like to bring it; name and answerers are being looked at, and nothing is published',
    },
    {
      name: 'experimental',
      assemble: 'marked',
      resolve: 'next',
      changes: 'all',
      means: 'it is published and somebody answers for it; whether it lasts is open',
    },
    {
      name: 'maintained',
      assemble: 'yes',
      resolve: 'preferred',
      changes: 'all',
      means: 'it is released, tested and used, and does not hang on one person or one company',
    },
    {
      name: 'fixes-only',
      assemble: 'yes',
      resolve: 'yes',
      changes: 'fixes',
      means: 'it works and is mended; nothing new comes',
    },
    {
      name: 'deprecated',
      assemble: 'warning',
      resolve: 'dependents-only',
      changes: 'fixes',
      means: 'it will be given up; history says why, successor what to take in its place',
    },
    {
      name: 'orphaned',
      assemble: 'warning',
      resolve: 'dependents-only',
      changes: 'stewards',
      means: 'nobody answers for it',
    },
    {
      name: 'quarantined',
      assemble: 'refused',
      resolve: 'never',
      changes: 'none',
      means: 'the security team holds it back, locked assemblies included',
    },
    {
      name: 'retired',
      assemble: 'locked-only',
      resolve: 'never',
      changes: 'none',
      means: 'it is given up; its versions stay for locks that have them, and its name stays taken',
    },
  ],
  transitions: [
    {
      from: ['proposed'],
      to: 'experimental',
      by: [
        {
          role: 'reviewer',
        },
        {
          role: 'steward',
        },
      ],
      shown: ['rules-pass', 'name-approved'],
    },
    {
      from: ['experimental'],
      to: 'maintained',
      by: [
        {
          role: 'steward',
          thirds: 2,
        },
      ],
      days: [
        {
          since: 'announcement',
          atLeast: 14,
        },
        {
          since: 'state',
          atLeast: 90,
        },
      ],
      shown: ['criteria-met'],
    },
    {
      from: ['maintained'],
      to: 'experimental',
      by: [
        {
          role: 'bot',
        },
        {
          role: 'steward',
        },
      ],
      days: [
        {
          since: 'unmet-criteria',
          atLeast: 60,
        },
      ],
    },
    {
      from: ['experimental', 'maintained'],
      to: 'fixes-only',
      by: [
        {
          role: 'maintainer',
        },
      ],
    },
    {
      from: ['fixes-only'],
      to: 'experimental',
      by: [
        {
          role: 'maintainer',
        },
        {
          role: 'steward',
        },
      ],
    },
    {
      from: ['experimental', 'maintained', 'fixes-only'],
      to: 'deprecated',
      by: [
        {
          role: 'maintainer',
        },
      ],
      shown: ['dependents-told', 'replacement-named'],
    },
    {
      from: ['experimental', 'maintained', 'fixes-only', 'deprecated'],
      to: 'orphaned',
      by: [
        {
          role: 'maintainer',
        },
      ],
    },
    {
      from: ['experimental', 'maintained', 'fixes-only', 'deprecated'],
      to: 'orphaned',
      by: [
        {
          role: 'bot',
        },
        {
          role: 'steward',
        },
      ],
      days: [
        {
          since: 'first-ping',
          atLeast: 7,
        },
        {
          since: 'last-activity',
          atLeast: 90,
        },
      ],
      shown: ['pings-unanswered'],
    },
    {
      from: ['orphaned'],
      to: 'experimental',
      by: [
        {
          role: 'adopter',
        },
        {
          role: 'steward',
        },
      ],
      days: [
        {
          since: 'announcement',
          atLeast: 7,
        },
      ],
      shown: ['old-keys-revoked'],
      followUp: 'the first release of the adopter is not latest for 14 days, and two people look at it',
    },
    {
      from: ['orphaned'],
      to: 'retired',
      by: [
        {
          role: 'bot',
        },
      ],
      days: [
        {
          since: 'state',
          atLeast: 42,
        },
      ],
      shown: ['nothing-needs-it'],
    },
    {
      from: ['deprecated'],
      to: 'retired',
      by: [
        {
          role: 'maintainer',
        },
      ],
      days: [
        {
          since: 'state',
          atLeast: 90,
          atLeastWithDependents: 180,
        },
      ],
    },
    {
      from: ['deprecated'],
      to: 'retired',
      by: [
        {
          role: 'steward',
        },
      ],
      days: [
        {
          since: 'state',
          atLeast: 90,
          atLeastWithDependents: 180,
        },
      ],
    },
    {
      from: ['retired'],
      to: 'experimental',
      by: [
        {
          role: 'adopter',
        },
        {
          role: 'steward',
        },
      ],
      days: [
        {
          since: 'state',
          atMost: 56,
        },
      ],
    },
    {
      from: ['retired'],
      to: 'experimental',
      by: [
        {
          role: 'adopter',
        },
        {
          role: 'steward',
        },
      ],
      shown: ['reviewed-as-new'],
    },
    {
      from: ['proposed', 'experimental', 'maintained', 'fixes-only', 'deprecated', 'orphaned', 'retired'],
      to: 'quarantined',
      by: [
        {
          role: 'security-team',
        },
      ],
      shown: ['statement-signed'],
      followUp: 'a second of the security team confirms it within 24 hours',
    },
    {
      from: ['quarantined'],
      to: 'previous',
      by: [
        {
          role: 'security-team',
          count: 2,
        },
        {
          role: 'steward',
        },
      ],
      shown: ['clean-version'],
    },
    {
      from: ['quarantined'],
      to: 'retired',
      by: [
        {
          role: 'security-team',
          count: 2,
        },
        {
          role: 'steward',
        },
      ],
    },
  ],
};
