import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readOwners, type Maintainer, type Owners } from '@moby/composer';
import { Failure } from '@moby/model';
import { readDocument } from '@moby/registry/publish';
import { readVerifyingKey } from '@moby/trust';
import type { Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';
import { componentFoldersOf, findLibrary, type PlaceFlags } from '../places.ts';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';
import { namedPackage } from './named-release.ts';
import { openPublisher, shownRegistry } from './open-publisher.ts';

/** As the library says it, where it has the component and no registry was named; else as the registry does. */
export async function ownerOutcome(text: string, flags: PlaceFlags, session: Session): Promise<Outcome> {
  const named = namedPackage(text);
  const own = (flags.registry ?? []).length > 0 ? undefined : findFolder(named.name, flags);
  if (own === undefined) return registryOwners(named, flags, session);
  const owners = await readOwners(own);
  if (owners === undefined)
    throw new Failure({
      code: 'not-found',
      message: `\`${own.label}/OWNERS.yaml\` is missing: nobody answers for the component`,
      hints: ['write it, as moby-compose component new does for a new one'],
    });
  return owners.ok ? libraryOwners(named.name, owners.value, `${own.label}/OWNERS.yaml`) : refusedBy(owners.findings);
}

function findFolder(name: string, flags: PlaceFlags): { readonly folder: string; readonly label: string } | undefined {
  const library = findLibrary(process.cwd());
  const roots = [...componentFoldersOf(flags), ...(library === undefined ? [] : [join(library, 'components')])];
  const folder = roots.map((root) => join(root, name)).find((path) => existsSync(path));
  if (folder === undefined) return undefined;
  const near = relative(process.cwd(), folder);
  return { folder, label: near === '' ? '.' : near.startsWith('../../') ? folder : near };
}

function libraryOwners(component: string, { lifecycle, maintainers, successor }: Owners, file: string): Outcome {
  const told = maintainers.map((one) => ({ ...one, keys: keyidsOf(one, file) }));
  const next = successor === undefined ? '' : `, its successor is ${successor}`;
  return {
    kind: 'done',
    value: {
      component,
      lifecycle,
      ...(successor === undefined ? {} : { successor }),
      maintainers: told,
      decided: { kind: 'library', file },
    },
    lines: [
      [bold(component), ` · ${lifecycle}${next}`],
      ...table(
        told.map(({ name, github, email, registry, keys }): readonly Line[] => [
          [name],
          [
            [...word('publishes as', registry), ...word('github', github), ...word('', email), ...keys.map((keyid) => `key ${keyid}`)].join(
              ' · ',
            ),
          ],
        ]),
      ),
      [`decided in ${file}, by a pull request`],
    ],
  };
}

function word(title: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${title} ${value}`.trim()];
}

function keyidsOf({ keys = [] }: Maintainer, file: string): readonly string[] {
  return keys.map((key) => readVerifyingKey(key, file).keyid);
}

async function registryOwners(
  { scope, name, npmName }: ReturnType<typeof namedPackage>,
  flags: PlaceFlags,
  session: Session,
): Promise<Outcome> {
  const publisher = await openPublisher(flags.registry ?? [], session);
  try {
    const writer = publisher.writerOf(scope);
    const { json } = await readDocument(npmName, writer);
    session.reporter.settle();
    const where = shownRegistry(writer);
    if (json === undefined)
      throw new Failure({
        code: 'not-found',
        message: `${where} has no \`${npmName}\``,
        hints: ['whoever publishes it first will own it there, unless the registry follows a library'],
      });
    const users = usersIn(json['maintainers']);
    return {
      kind: 'done',
      value: {
        component: name,
        maintainers: users.map((user) => ({ registry: user })),
        decided: { kind: 'registry', registry: writer.label },
      },
      lines: [
        [bold(npmName), users.length === 0 ? ' · the registry names nobody' : ` · ${users.join(', ')}`],
        [`decided at ${where}, by its stewards`, dim(`; where it follows a library, in components/${name}/OWNERS.yaml there`)],
      ],
    };
  } finally {
    publisher.close();
  }
}

function usersIn(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, 50).flatMap((one: unknown) => {
    const user: unknown = typeof one === 'object' && one !== null && 'name' in one ? one.name : one;
    return typeof user === 'string' ? [user.slice(0, 100)] : [];
  });
}
