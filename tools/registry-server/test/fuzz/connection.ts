import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Dice } from '@moby/testkit';
import { draftBytes } from './draft.ts';
import { damaged, mutated } from './mutations.ts';
import { seedDraft, type FuzzWorld } from './seeds.ts';

/** What is sent over one connection, and how. */
export interface Conversation {
  readonly bytes: Buffer;
  /** Where the bytes are cut into pieces. */
  readonly pieces: number;
  /** What the client does once everything is sent: waits for an answer, says that it has no more, or is gone. */
  readonly end: 'wait' | 'half-close' | 'gone';
}

const foreign: readonly [Buffer, ...Buffer[]] = [
  // TLS's first words, HTTP/2's, and others that ports hear.
  Buffer.from('16030100c8010000c40303', 'hex'),
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'),
  Buffer.from('SSH-2.0-x\r\n'),
  Buffer.from('\r\n\r\n\r\n\r\n'),
  Buffer.from('GET\r\n'),
  Buffer.from('\0'.repeat(1000)),
  Buffer.alloc(40_000, 'a'),
];

export function conversation(dice: Dice, world: FuzzWorld): Conversation {
  const count = dice.chance(15) ? 2 + dice.roll(6) : 1;
  const requests = Array.from({ length: count }, () => draftBytes(mutated(seedDraft(dice, world), dice)));
  let bytes: Buffer = Buffer.concat(requests);
  if (dice.chance(8)) bytes = damaged(bytes, dice);
  if (dice.chance(2)) bytes = Buffer.concat([dice.pick(foreign), dice.chance(50) ? bytes : randomBytes(dice.roll(500))]);
  return { bytes, pieces: dice.chance(70) ? 1 : 1 + dice.roll(6), end: dice.pick(['wait', 'wait', 'wait', 'wait', 'half-close', 'gone']) };
}

const maxAnswerBytes = 200_000;

/** Has one, and returns what was answered within the time. */
export async function converse(port: number, { bytes, pieces, end }: Conversation, patienceMs: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    if (answer.length < maxAnswerBytes) answer += piece;
  });
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('end', () => resolve());
    socket.once('error', () => resolve());
  });
  const patience = setTimeout(() => socket.destroy(), patienceMs);
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    socket.write(bytes.subarray(at, at + size));
    if (pieces > 1) await turn();
  }
  if (end === 'half-close') socket.end();
  if (end === 'gone') socket.destroySoon();
  await closed;
  clearTimeout(patience);
  socket.destroy();
  return answer;
}
