import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Failure } from '@moby/model';
import { nonceHeader } from '../gate/gate.ts';
import type { RefusalCode } from '../gate/refusal.ts';
import { memberOf } from '../storage/json-object.ts';

interface Probe {
  readonly method: string;
  readonly path: string;
  readonly expected: RefusalCode;
}

/** An unauthenticated write of each kind that Verdaccio itself would answer, and what the gate says to it. */
function probes(scope: string): readonly Probe[] {
  const name = `${scope}/canary-${randomBytes(4).toString('hex')}`;
  const encoded = name.replace('/', '%2f');
  return [
    { method: 'PUT', path: `/${encoded}`, expected: 'MOBY-D401' },
    { method: 'PUT', path: `/${name}`, expected: 'MOBY-D401' },
    { method: 'PUT', path: `/${encoded}/-rev/1`, expected: 'MOBY-D401' },
    { method: 'PUT', path: `/${encoded}/canary`, expected: 'MOBY-D405' },
    { method: 'DELETE', path: `/${encoded}/-rev/1`, expected: 'MOBY-D401' },
    { method: 'POST', path: `/-/package/${encoded}/dist-tags`, expected: 'MOBY-D405' },
    { method: 'PUT', path: `/-/user/org.couchdb.user:canary`, expected: 'MOBY-D415' },
    { method: 'POST', path: '/-/npm/v1/tokens', expected: 'MOBY-D405' },
    { method: 'PUT', path: '/unscoped', expected: 'MOBY-D405' },
  ];
}

const probeMs = 5000;

/** Nobody answered: nothing is proved, and nothing was let in. A process that is flooded looks like this. */
export class GateSilent extends Failure {
  constructor(why: string) {
    super({ code: 'gate-open', message: `the gate can't be proved: ${why}`, hints: ['look at what the machine is busy with'] });
  }
}

/**
 * Proves that the gate is what answers writes, before and while the port is open: each probe must come back with the gate's
 * own code and this call's nonce. Another refusal proves nothing, as Verdaccio refuses anonymous writes by itself. Throws
 * `gate-open`, as `GateSilent` where there was no answer.
 */
export async function proveGate(socketPath: string, scope: string): Promise<void> {
  const nonce = randomBytes(16).toString('hex');
  for (const probe of probes(scope)) {
    const { status, body } = await ask(socketPath, probe, nonce);
    if (memberOf(body, 'code') === probe.expected && memberOf(body, 'nonce') === nonce) continue;
    throw gateOpen(`\`${probe.method} ${probe.path}\` was answered with ${status}, and not by the gate`);
  }
}

function ask(socketPath: string, { method, path }: Probe, nonce: string): Promise<{ readonly status: number; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { [nonceHeader]: nonce, 'content-type': 'text/plain', 'content-length': '2', connection: 'close' };
    const asked = request({ socketPath, method, path, headers, timeout: probeMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text = (text + piece).slice(0, 65_536)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
      response.on('error', (error) => reject(new GateSilent(`the answer to \`${method} ${path}\` broke off: ${error.message}`)));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${probeMs} ms`)));
    asked.on('error', (error) => reject(new GateSilent(`\`${method} ${path}\` was not answered: ${error.message}`)));
    asked.end('{}');
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function gateOpen(why: string): Failure {
  return new Failure({
    code: 'gate-open',
    message: `the gate does not stand before the registry: ${why}`,
    hints: ['nothing is served without it: install the program again, whole'],
  });
}
