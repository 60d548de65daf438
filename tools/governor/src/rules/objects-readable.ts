import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const objectsReadable: GovernanceRule = ofChange({
  id: 'MOBY-G002',
  name: 'objects-readable',
  severity: 'tool-error',
  waivableBy: 'nobody',
  why: 'What can’t be read is neither right nor wrong. An object that is missing or corrupt is the clone’s fault, or the disk’s: nobody is blamed, and nothing passes.',
  examples: { fails: 'a clone that lacks a folder of the head', passes: 'both commits are there with all of their trees' },
  change: [
    {
      name: 'unreadable',
      when: 'an object that the base or the head needs is missing, corrupt, or not what it is named as',
      *find({ unreadable }): Iterable<Found> {
        if (unreadable !== undefined)
          yield { message: unreadable.message, ...(unreadable.help === undefined ? {} : { help: unreadable.help }) };
      },
    },
  ],
});
