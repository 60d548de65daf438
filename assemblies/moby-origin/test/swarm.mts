/** The second boot: what the volume has kept, and a swarm of one node, which excludes live-restore. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:http2';
import type { SecureContextOptions } from 'node:tls';
import { test } from 'node:test';
import { ask, at, hostPort, listAt, logsOf, run, textAt, until } from './engine-api.mts';
import { docker, wasTold } from './points.mts';

/** Codes of gRPC (grpc.io, "Status codes"). */
const permissionDenied = '7';

await test("a volume's data and images outlive a reboot", async () => {
  await until('the engine', () => ask('GET', '/info'), () => true, 120_000);
  assert.equal(await run('cat /data/file', { host: { Binds: ['kept:/data'] } }), 'precious\n');
});

await test('what ran when the machine ended was told to end', () => wasTold(docker));

await test('the daemon had the time to write down how containers ended', async () => {
  assert.equal(at(await ask('GET', '/containers/last/json'), 'State', 'ExitCode'), 0);
  assert.equal(at(await ask('GET', '/containers/deaf/json'), 'State', 'ExitCode'), 137);
});

await test('a swarm is made; its node has an identity', async () => {
  // The interface has addresses of both families, so the one to tell others is named.
  const told = await run('ip -4 -o addr show dev eth0', { network: 'host' });
  const address = /inet ([0-9.]+)/.exec(told)?.[1];
  await ask('POST', '/swarm/init', { ListenAddr: '0.0.0.0:2377', AdvertiseAddr: address });
  const info = await until('the node', () => ask('GET', '/info'), (found) => at(found, 'Swarm', 'LocalNodeState') === 'active');
  const nodes = await until('its state', () => ask('GET', '/nodes'), (found) => at(found, 0, 'Status', 'State') === 'ready');
  const id = textAt(nodes, 0, 'ID');
  assert.equal(id, at(info, 'Swarm', 'NodeID'));
  const pem = await run('cat /certificates/swarm-node.crt', { host: { Binds: ['/var/lib/docker/swarm/certificates:/certificates:ro'] } });
  const certificate = new X509Certificate(pem);
  const authority = new X509Certificate(textAt(nodes, 0, 'Description', 'TLSInfo', 'TrustRoot'));
  assert.match(certificate.subject, new RegExp(`OU=swarm-manager\nCN=${id}`));
  assert.ok(certificate.verify(authority.publicKey), 'the certificate is not signed by the authority of the swarm');
});

await test("managers answer only the swarm's own (mTLS)", async () => {
  const ca = textAt(await ask('GET', '/nodes'), 0, 'Description', 'TLSInfo', 'TrustRoot');
  const host = { Binds: ['/var/lib/docker/swarm/certificates:/certificates:ro'] };
  const cert = await run('cat /certificates/swarm-node.crt', { host });
  // SwarmKit keeps notes as headers of the PEM block (RFC 1421), which OpenSSL takes only together with encryption.
  const key = (await run('cat /certificates/swarm-node.key', { host })).replaceAll(/^[\w-]+: .*\n(?:\n)?/gm, '');
  assert.equal(await listNodes({ ca }), permissionDenied);
  assert.equal(await listNodes({ ca, cert, key }), '0');
});

await test('a service runs with a secret', async () => {
  const secret = await ask('POST', '/secrets/create', { Name: 'word', Data: Buffer.from('open sesame').toString('base64') });
  const service = await ask('POST', '/services/create', {
    Name: 'reader',
    TaskTemplate: {
      ContainerSpec: {
        Image: 'base',
        Command: ['sh', '-c', 'cat /run/secrets/word; echo; while :; do sleep 1; done'],
        Secrets: [{ SecretID: at(secret, 'ID'), SecretName: 'word', File: { Name: 'word', UID: '0', GID: '0', Mode: 0o400 } }],
      },
    },
    Mode: { Replicated: { Replicas: 2 } },
  });
  const filters = encodeURIComponent(JSON.stringify({ service: ['reader'] }));
  const running = (tasks: unknown): boolean => listAt(tasks).filter((task) => at(task, 'Status', 'State') === 'running').length === 2;
  await until('both tasks', () => ask('GET', `/tasks?filters=${filters}`), running, 120_000);
  const logs = await until('the secret', () => logsOf(`/services/${textAt(service, 'ID')}/logs?stdout=1`), (text) => text.split('\n').length > 2);
  assert.deepEqual(logs.trim().split('\n'), ['open sesame', 'open sesame']);
  await ask('DELETE', '/services/reader');
});

/** Asks a manager for the swarm's nodes over gRPC, as another manager would, and gives the status. */
function listNodes(identity: SecureContextOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // The certificate names the node and the swarm, not the host.
    const session = connect(`https://127.0.0.1:${hostPort(2377)}`, { ...identity, checkServerIdentity: () => undefined });
    const told = (headers: Readonly<Record<string, unknown>>): void => {
      const status = headers['grpc-status'];
      if (typeof status === 'string') resolve(status);
    };
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/docker.swarmkit.v1.Control/ListNodes',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.setTimeout(60_000, () => stream.destroy(new Error('no answer within 60 s')));
    stream.on('response', told);
    stream.on('trailers', told);
    stream.on('error', reject);
    stream.on('close', () => session.close());
    stream.resume();
    // An empty message: not compressed, of length 0 (gRPC over HTTP/2, "Length-Prefixed-Message").
    stream.end(Buffer.alloc(5));
  });
}
