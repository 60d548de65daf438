import { spawn } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { prepareRoot } from '../../../registry-server/test/running-server.ts';
import { type Figure, mb, ms, ratio } from '../figure.ts';
import { interleaved, median } from '../measure.ts';
import { loadEntry, type Load, type LoadOrder } from './load.ts';
import { counts, largeName, makeStorages, smallNames } from './make-storages.ts';
import { publishTimes } from './publishes.ts';
import { pageMade, peakMemory, serveOurs, serveStock, type Served } from './servers.ts';

const rounds = 3;
const forMs = 4000;
/** A hundredth of a round's first reads are ten, which one pause of a server fills: it takes many rounds to tell two servers apart. */
const firstReadRounds = 12;
const connections = 8;
const largeGoal = 10;
const publishes = 25;

/** What clients ask with: npm's, and whoever wants the whole document. */
const asNpm = { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*', 'accept-encoding': 'gzip' };
const whole = { accept: 'application/json' };

const small = smallNames.map(pathOf);
const large = [pathOf(largeName)];
const smallTitle = `${counts.components} components x ${counts.versions} versions`;

/** Packuments, publishes and memory of our server against Verdaccio of the same version, both on the same packages. */
export async function registryFigures(folder: string): Promise<readonly Figure[]> {
  return besideStock(folder, async (sides) => {
    const compare = (order: Asked): Promise<Compared> => compareLoad(sides, { rounds, order });
    return [
      ...(await firstReads(sides)),
      ...rows(`${smallTitle}, as npm asks`, await compare({ paths: small, headers: asNpm, forMs })),
      ...rows(`${smallTitle}, whole`, await compare({ paths: small, headers: whole, forMs })),
      ...rows(`${counts.versionsOfLarge} versions, as npm asks`, await compare({ paths: large, headers: asNpm, forMs }), largeGoal),
      ...rows(`${counts.versionsOfLarge} versions, whole`, await compare({ paths: large, headers: whole, forMs }), largeGoal),
      publishFigure(await publishTimes(join(folder, 'components'), { ours: sides.ours.port, stock: sides.stock.port }, publishes)),
      ...memoryFigures(sides.ours, sides.stock),
    ];
  });
}

/** Of `registryFigures`, what is read first after a change, and the memory that this takes. */
export async function firstReadFigures(folder: string): Promise<readonly Figure[]> {
  return besideStock(folder, async (sides) => [...(await firstReads(sides)), ...memoryFigures(sides.ours, sides.stock)]);
}

interface Sides {
  readonly ours: Side;
  readonly stock: Side;
}

interface Side extends Served {
  readonly root: string;
}

/** Both servers, each on a storage of its own with the same packages, for as long as it takes to measure them. */
async function besideStock(folder: string, figures: (sides: Sides) => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  const [ours, stock] = [join(folder, 'ours'), join(folder, 'stock')];
  const { config = '' } = prepareRoot(ours);
  await makeStorages(ours, stock);
  const servers: Served[] = [];
  try {
    const our = await serveOurs(ours, config);
    servers.push(our);
    await pageMade(our);
    const their = await serveStock(stock);
    servers.push(their);
    return await figures({ ours: { ...our, root: ours }, stock: { ...their, root: stock } });
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** Each package once, when nobody has asked for it yet. What both servers do first is not counted, nor the making of our page. */
async function firstReads(sides: Sides): Promise<readonly Figure[]> {
  const compared = await compareLoad(sides, {
    rounds: firstReadRounds,
    order: { paths: small, headers: asNpm },
    begin: touchDocuments,
    warmUps: 1,
  });
  return rows(`${smallTitle}, each after a change (n=${firstReadRounds} after a warm-up)`, compared);
}

interface Compared {
  readonly ours: Load;
  readonly stock: Load;
}

type Asked = Omit<LoadOrder, 'port' | 'connections'>;

interface Comparison {
  readonly rounds: number;
  readonly order: Asked;
  /** Before each round, of the side that is asked. */
  readonly begin?: (side: Side) => void;
  /** Rounds of each side before those that are counted. */
  readonly warmUps?: number;
}

async function compareLoad({ ours, stock }: Sides, { rounds: count, order, begin, warmUps = 0 }: Comparison): Promise<Compared> {
  const load = async (side: Side): Promise<Load> => {
    begin?.(side);
    const asked: LoadOrder = { port: side.port, connections, ...order };
    const child = spawn(process.execPath, [loadEntry], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(JSON.stringify(asked));
    return JSON.parse(await text(child.stdout));
  };
  const { a, b } = await interleaved(
    warmUps + count,
    () => load(ours),
    () => load(stock),
  );
  return { ours: medianLoad(a.slice(warmUps)), stock: medianLoad(b.slice(warmUps)) };
}

/** As if something new had been published of each package. */
function touchDocuments({ root }: Side): void {
  const now = new Date();
  for (const name of smallNames) utimesSync(join(root, 'packages', name, 'package.json'), now, now);
}

function medianLoad(loads: readonly Load[]): Load {
  const of = (key: keyof Load): number => median(loads.map((load) => load[key]));
  return {
    answers: of('answers'),
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    bytesPerAnswer: of('bytesPerAnswer'),
  };
}

function rows(what: string, { ours, stock }: Compared, goal = 1): readonly Figure[] {
  const latency = (name: string, a: number, b: number): Figure => ({
    what: `${what}: ${name}`,
    ours: ms(a),
    against: `${ms(b)} Verdaccio`,
    result: `${(b / a).toFixed(a > b ? 2 : 1)} times as fast`,
    goal: 'never slower',
    passed: a <= b,
  });
  return [
    {
      what: `${what}, ${(ours.bytesPerAnswer / 1000).toFixed(0)} kB`,
      ours: `${ours.perSecond.toFixed(0)} a second`,
      against: `${stock.perSecond.toFixed(stock.perSecond < 10 ? 1 : 0)} Verdaccio, ${(stock.bytesPerAnswer / 1000).toFixed(0)} kB`,
      result: ratio(ours.perSecond, stock.perSecond),
      goal: goal === 1 ? 'never slower' : `at least ${goal} times`,
      passed: ours.perSecond >= goal * stock.perSecond,
    },
    latency('p50', ours.p50Ms, stock.p50Ms),
    latency('p99', ours.p99Ms, stock.p99Ms),
  ];
}

function publishFigure({ ours, stock }: { readonly ours: number; readonly stock: number }): Figure {
  return {
    what: `a publish behind the gate (n=${publishes})`,
    ours: ms(ours),
    against: `${ms(stock)} Verdaccio`,
    result: `+${ms(ours - stock)}, ${ratio(ours, stock)}`,
    goal: '',
  };
}

function memoryFigures(our: Served, their: Served): readonly Figure[] {
  const [ours, stock] = [peakMemory(our.pid), peakMemory(their.pid)];
  return [
    {
      what: 'peak memory of the server',
      ours: mb(ours.own),
      against: `${mb(stock.own)} Verdaccio`,
      result: ratio(ours.own, stock.own),
      goal: '',
    },
    { what: 'peak memory of its page’s process', ours: mb(ours.children), against: '', result: '', goal: '' },
  ];
}

function pathOf(name: string): string {
  return `/${name.replace('/', '%2f')}`;
}
