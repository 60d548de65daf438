import { join } from 'node:path';
import { bodyOf, builtComponent } from '../../../registry-server/test/component.ts';
import { passwordOf, publishPath, send, type Json } from '../../../registry-server/test/running-server.ts';
import { interleaved, median } from '../measure.ts';

const user = 'carol';
const component = 'measured';

/** ms of each publish of a small component's next version, in turn to ours and to stock. */
export async function publishTimes(
  folder: string,
  ports: { readonly ours: number; readonly stock: number },
  count: number,
): Promise<{ readonly ours: number; readonly stock: number }> {
  const bodies: Json[] = [];
  for (let index = 0; index < count; index += 1) {
    const line = await builtComponent({ name: component, upstream: `1.0.${index}`, below: join(folder, String(index)) });
    bodies.push(await bodyOf(line));
  }
  const tokens = { ours: await login(ports.ours), stock: await login(ports.stock) };
  const publish = async (to: 'ours' | 'stock', round: number): Promise<number> => {
    const began = performance.now();
    const answer = await send(ports[to], {
      method: 'PUT',
      path: publishPath(`@moby/${component}`),
      token: tokens[to],
      body: bodies[round],
    });
    if (answer.status !== 201) throw new Error(`${to} refuses to publish: ${answer.status} ${answer.text}`);
    return performance.now() - began;
  };
  const { a, b } = await interleaved(
    count,
    (round) => publish('ours', round),
    (round) => publish('stock', round),
  );
  return { ours: median(a), stock: median(b) };
}

/** Verdaccio registers whoever it doesn't know. */
async function login(port: number): Promise<string> {
  const answer = await send(port, {
    method: 'PUT',
    path: `/-/user/org.couchdb.user:${user}`,
    body: { name: user, password: passwordOf(user) },
  });
  if (answer.status !== 201) throw new Error(`${user} can't log in: ${answer.status} ${answer.text}`);
  return String(answer.json['token']);
}
