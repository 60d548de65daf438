import { randomBytes } from 'node:crypto';
import type { Dice } from '@moby/testkit';
import { publishBody, publishPath, type Answered, type Ask, type Json, type RunningServer } from '../running-server.ts';
import type { Ledger } from './ledger.ts';

export interface Lane {
  readonly ledger: Ledger;
  readonly token: string;
  readonly dice: Dice;
  readonly lane: number;
}

/** A new component after so many rounds of a lane, so that documents don't grow without end. */
const maxVersions = 25;
const maxBytes = 300_000;

/** One client that publishes, deprecates, tags and promotes, one after another, until the server is gone. */
export async function runLane(server: RunningServer, { ledger, token, dice, lane }: Lane): Promise<void> {
  const ask = (asked: Ask): Promise<Answered | undefined> => server.ask({ ...asked, token }).catch(() => undefined);
  for (;;) {
    const name = `@moby/lane-${lane}-${dice.roll(1 << 30)}`;
    const versions: string[] = [];
    for (let at = 0; at < maxVersions; at += 1) {
      const version = `1.${dice.roll(3)}.${at}`;
      const bytes = randomBytes(1 + dice.roll(dice.chance(20) ? maxBytes : 2000));
      const sent = await ask({ method: 'PUT', path: publishPath(name), body: publishBody({ name, version, bytes }) });
      ledger.published(name, version, { bytes, isSure: isDone(sent, `${name}@${version}`) });
      if (sent === undefined) return;
      versions.push(version);
      const older = versions[dice.roll(versions.length)] ?? version;
      const isAlive = await change(ask, { ledger, name, version: older, what: dice.roll(4), text: `text ${dice.roll(1000)}` });
      if (!isAlive) return;
    }
  }
}

interface Change {
  readonly ledger: Ledger;
  readonly name: string;
  readonly version: string;
  readonly what: number;
  readonly text: string;
}

/** False where the server is gone. */
async function change(ask: (asked: Ask) => Promise<Answered | undefined>, { ledger, name, version, what, text }: Change): Promise<boolean> {
  const path = publishPath(name).slice(1);
  if (what === 0) {
    const read = await ask({ path: publishPath(name) });
    if (read === undefined) return false;
    const document: Json = read.json;
    document['versions'][version].deprecated = text;
    const sent = await ask({ method: 'PUT', path: publishPath(name), body: { ...document, _attachments: {} } });
    ledger.deprecated(name, version, { text, isSure: isDone(sent, `deprecate ${name}@${version}`) });
    return sent !== undefined;
  }
  if (what === 1) {
    const sent = await ask({ method: 'PUT', path: `/-/package/${path}/dist-tags/tested`, body: JSON.stringify(version) });
    ledger.tagged(name, 'tested', { version, isSure: isDone(sent, `tag ${name}@${version}`) });
    return sent !== undefined;
  }
  if (what === 2) {
    const sent = await ask({ method: 'POST', path: `/-/moby/v1/package/${path}/promote`, body: { version } });
    // An older or deprecated one is no `latest`.
    if (sent?.status === 422) return true;
    ledger.tagged(name, 'latest', { version, isSure: isDone(sent, `promote ${name}@${version}`) });
    return sent !== undefined;
  }
  return true;
}

/** Whether a write was acknowledged; false where no answer came. Throws where it was refused. */
function isDone(answered: Answered | undefined, what: string): boolean {
  if (answered === undefined) return false;
  if (answered.status === 201 || answered.status === 200) return true;
  throw new Error(`${what} was refused with ${answered.status}: ${answered.text}`);
}
