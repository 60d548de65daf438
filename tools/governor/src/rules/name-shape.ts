import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const nameShape: GovernanceRule = ofPackage({
  id: 'MOBY-N301',
  name: 'name-shape',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A name is typed, said and put into paths and addresses. It has a scope and 2 to 58 characters of a to z, 0 to 9 and single dashes, a letter first.',
  examples: { fails: '`@moby/DBus`, `@moby/dbus-`', passes: '`@moby/dbus`' },
  clauses: [
    {
      name: 'characters',
      when: 'the name does not match `^@[a-z][a-z0-9-]{1,38}/[a-z][a-z0-9-]{1,57}$`',
      *find({ name }): Iterable<Found> {
        if (name === undefined || /^@[a-z][a-z0-9-]{1,38}\/[a-z][a-z0-9-]{1,57}$/.test(name)) return;
        yield {
          at: ['name'],
          message: `\`${name}\` is no name of a component`,
          help: 'as `@moby/redis`: a scope, then lowercase letters, digits and dashes',
        };
      },
    },
    {
      name: 'dashes',
      when: 'the scope or the name has two dashes in a row, or ends in one',
      *find({ name }): Iterable<Found> {
        if (name !== undefined && /--|-$|-\//.test(name))
          yield { at: ['name'], message: `\`${name}\` has two dashes in a row, or one at the end` };
      },
    },
  ],
});
