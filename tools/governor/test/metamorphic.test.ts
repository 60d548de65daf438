import { readdirSync } from 'node:fs';
import type { ReviewReport } from '@moby/governor';
import { review } from '@moby/governor/review';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawRepository } from './collect/raw-repository.ts';
import { openPullRequest } from './whole/open-pull-request.ts';
import { pullRequests, readForge, readPeople, readPullRequest, type PullRequestFile } from './whole/pull-request-file.ts';
import { openLibrary, withLocks, type Template } from './whole/template.ts';
import type { World } from './whole/world.ts';

/** Pull requests of which each has another kind of thing to be said. */
const names = readdirSync(pullRequests).filter((name) => /^\d\d-/.test(name));

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));
let world: World;
beforeAll(async () => {
  world = { repository: rawRepository(folder), library: await openLibrary(), people: await readPeople(), forge: await readForge() };
});

type Said = Pick<ReviewReport, 'verdict' | 'findings' | 'waived' | 'bump' | 'assemblies' | 'autoMerge' | 'unjudged'>;

async function saidOf(label: string, request: PullRequestFile, other: World): Promise<Said> {
  const { verdict, findings, waived, bump, assemblies, autoMerge, unjudged } = await review(await openPullRequest(label, request, other));
  return { verdict, findings, waived, bump, assemblies, autoMerge, unjudged };
}

test('a component that has nothing to do with a pull request changes nothing of what is said of it', async () => {
  const library = { ...world.library, ...copyOf(world.library, 'tini', 'ledger') };
  for (const name of names) {
    const request = await readPullRequest(name);
    const said = await saidOf(`alone/${name}`, request, world);
    expect(withoutOids(await saidOf(`beside/${name}`, request, { ...world, library })), name).toEqual(withoutOids(said));
  }
});

test('other names of all components change the names in what is said, and nothing else', async () => {
  const library = await withLocks(renamed(world.library));
  for (const name of names) {
    const request = await readPullRequest(name);
    const said = await saidOf(`before/${name}`, request, world);
    const other = await saidOf(`after/${name}`, renamed(request), { ...world, library, forge: renamed(world.forge) });
    expect(withoutOids(other), name).toEqual(withoutOids(renamed(said)));
  }
});

/** A component once more, under another name in all that it says. */
function copyOf(library: Template, from: string, to: string): Template {
  const files = Object.entries(library).filter(([path]) => path.startsWith(`components/${from}/`));
  return Object.fromEntries(files.map(([path, text]) => [path.replaceAll(from, to), text.replaceAll(from, to)]));
}

/** Of one length each and in one order, so that places and orders stay. Rules know the kernel, containerd and its shim by their files. */
const otherNames: Readonly<Record<string, string>> = {
  dnsmasq: 'dnsmosq',
  motd: 'motb',
  netcat: 'netcot',
  redis: 'rediz',
  tini: 'tino',
  t1ni: 't1no',
  webhook: 'webhock',
  zlib: 'zlob',
};

function renamed<Value>(value: Value): Value {
  const text = Object.entries(otherNames).reduce((all, [name, other]) => all.replaceAll(name, other), JSON.stringify(value));
  return JSON.parse(text);
}

/** Digests and commits follow from names. */
function withoutOids(said: Said): Said {
  return JSON.parse(JSON.stringify(said).replaceAll(/[0-9a-f]{64}|[0-9a-f]{40}|\b[0-9a-f]{10}\b/g, 'DIGEST'));
}
