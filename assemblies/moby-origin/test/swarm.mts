/** The second boot: what the volume has kept, and a swarm of one node, which excludes live-restore. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { test } from 'node:test';
import { ask, at, hostPort, listAt, logsOf, run, textAt, until } from './engine-api.mts';

await test("a volume's data and images outlive a reboot", async () => {
  await until('the engine', () => ask('GET', '/info'), () => true, 120_000);
  assert.equal(await run('cat /data/file', { host: { Binds: ['kept:/data'] } }), 'precious\n');
});

await test('a swarm is made; its node has an identity', async () => {
  await ask('POST', '/swarm/init', { ListenAddr: '0.0.0.0:2377', AdvertiseAddr: 'eth0' });
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

await test("managers let in only the swarm's own (mTLS)", async () => {
  const ca = textAt(await ask('GET', '/nodes'), 0, 'Description', 'TLSInfo', 'TrustRoot');
  const problem = await new Promise<string>((resolve) => {
    const options = { host: '127.0.0.1', port: hostPort(2377), ca, checkServerIdentity: () => undefined };
    const socket = connect({ ...options, ALPNProtocols: ['h2'] }, () => {
      assert.ok(socket.authorized, 'the manager is not who the swarm says');
      // In TLS 1.3 the server's refusal comes after the client's side of the handshake is over.
      socket.setTimeout(20_000, () => socket.destroy(new Error('let in')));
    });
    socket.on('error', (error: Error) => resolve(error.message));
    socket.on('close', () => resolve('closed'));
  });
  assert.match(problem, /certificate required|bad certificate/i);
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
