import { gzipSync } from 'node:zlib';
import { extractFacts, extractGoFacts, formatFacts, parseFacts, readGoDescriptors } from '@moby/abi';
import { Failure, parseDigest } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { makeElf } from './elf-writer.ts';
import { fuzz } from './fuzz.ts';
import { type GoPlan, makeDescriptor, makeGoProgram } from './go-writer.ts';

const taskPackage = 'example.com/api/task/v2';
const task = { name: 'task/v2/task.proto', package: 'demo.task.v2', goPackage: `${taskPackage};task`, services: ['Task'] };
const demo: GoPlan = {
  version: 'go1.24.4',
  settings: ['path\texample.com/demo', 'build\t-tags=seccomp,apparmor', 'build\tGOAMD64=v2'],
  functions: ['main.main', `${taskPackage}.RegisterTaskService`, `${taskPackage}.RegisterTaskService.func1`],
  files: [`${taskPackage}/task_ttrpc.pb.go`],
  data: ['some text', makeDescriptor(task), makeDescriptor({ ...task, name: 'other.proto', package: 'demo.other', services: ['Other'] })],
};
const provided = { provides: [{ service: 'demo.task.v2.Task', transport: 'ttrpc' }], consumes: [] };
const facts = (plan: GoPlan): unknown => extractGoFacts(makeGoProgram(plan), '/usr/bin/demo');
const services = (plan: Partial<GoPlan>): unknown => extractGoFacts(makeGoProgram({ ...demo, ...plan }), '/usr/bin/demo')?.services;

describe('a Go program', () => {
  test('gives its toolchain, tags, level and services', () => {
    expect(facts(demo)).toEqual({ version: 'go1.24.4', tags: ['apparmor', 'seccomp'], isaLevel: 2, services: provided });
  });

  test.each(['f1', 'f0', 'fa', 'fb'] as const)('is read with the function table of magic %s, in both classes and byte orders', (table) => {
    for (const shape of [
      {},
      { class: 32 },
      { littleEndian: false },
      { class: 32, littleEndian: false },
      { sections: true, note: false },
    ] as const)
      expect(services({ ...shape, table })).toEqual(provided);
  });

  test('is read with the record of its build from before Go 1.18', () => {
    for (const shape of [{}, { class: 32, littleEndian: false }] as const)
      expect(facts({ ...demo, ...shape, pointers: true, functions: [] })).toMatchObject({
        version: 'go1.24.4',
        tags: ['apparmor', 'seccomp'],
      });
  });

  test('says nothing of what it does not have', () => {
    expect(facts({})).toEqual({});
    expect(facts({ version: 'go1.15', settings: [] })).toEqual({ version: 'go1.15' });
    expect(facts({ version: 'go1.18', settings: ['build\tCGO_ENABLED=1'] })).toEqual({ version: 'go1.18', tags: [] });
  });

  test('is known by its note or sections alone', () => {
    expect(facts({ ...demo, note: false })).toBeUndefined();
    expect(facts({ ...demo, note: false, sections: true })).toBeDefined();
    expect(extractGoFacts(makeElf({ soname: 'libz.so.1' }), '/usr/lib/libz.so.1')).toBeUndefined();
    expect(extractGoFacts(Buffer.from('#!/bin/sh\n'), '/usr/bin/x')).toBeUndefined();
  });

  test('stands in facts.json with its file and comes back from there', async () => {
    const payload = parseDigest(`sha256:${'ab'.repeat(32)}`);
    if (payload === undefined) throw new Error('64 hex digits are a digest');
    const entries = [{ kind: 'file', path: 'usr/bin/demo', mode: 0o755, bytes: makeGoProgram(demo) }] as const;
    const extracted = await extractFacts({ payload, entries });
    expect(extracted.elf[0]?.go?.services).toEqual(provided);
    const all = { facts: 1, platforms: { 'linux/amd64': extracted } } as const;
    expect(parseFacts(formatFacts(all), 'facts.json')).toEqual(all);
    expect(() => parseFacts(formatFacts(all).replace('"ttrpc"', '"http"'), 'facts.json')).toThrow('must be one of grpc, ttrpc');
  });
});

describe('a service', () => {
  const functions = [`${taskPackage}.NewTaskClient`];

  test('is consumed over ttrpc where nothing speaks of grpc', () => {
    expect(services({ functions })).toEqual({ provides: [], consumes: provided.provides });
  });

  test('is consumed over grpc by a file of its generator, or by the path of a method', () => {
    const grpc = { provides: [], consumes: [{ service: 'demo.task.v2.Task', transport: 'grpc' }] };
    expect(services({ functions, files: [`/build/src/example.com/api@v1.2.3/task/v2/task_grpc.pb.go`] })).toEqual(grpc);
    expect(services({ functions, data: [...(demo.data ?? []), 'x/demo.task.v2.Task/Start'] })).toEqual(grpc);
  });

  test('is consumed over both where both generators serve one package', () => {
    expect(services({ functions: [...functions, `${taskPackage}.NewTTRPCTaskClient`], files: [`${taskPackage}/task_grpc.pb.go`] })).toEqual(
      {
        provides: [],
        consumes: ['grpc', 'ttrpc'].map((transport) => ({ service: 'demo.task.v2.Task', transport })),
      },
    );
  });

  test('is provided over grpc by a registered server', () => {
    expect(services({ functions: [`${taskPackage}.RegisterTaskServer`] })).toMatchObject({ provides: [{ transport: 'grpc' }] });
  });

  test('is found in a vendored package and in one with a dot in its last name', () => {
    const dotted = { ...task, goPackage: 'example.com/task.v2' };
    expect(
      services({
        functions: ['example.com/app/vendor/example.com/task%2ev2.RegisterTaskService'],
        files: ['vendor/example.com/task.v2/a.pb.go'],
        data: [makeDescriptor(dotted)],
      }),
    ).toEqual(provided);
  });

  test('is found by its name where the descriptor names no package, if the name is the only one', () => {
    const { goPackage: _, ...bare } = { ...task, name: 'task.proto' };
    expect(services({ data: [makeDescriptor(bare)] })).toEqual(provided);
    const rival = makeDescriptor({ ...bare, package: 'demo.rival' });
    expect(services({ data: [makeDescriptor(bare), rival] })).toEqual({ provides: [], consumes: [] });
  });

  test('of two with one name is the one whose proto package the Go package serves', () => {
    const data = ['demo.task.v2', 'demo.rival'].map((name) =>
      makeDescriptor({ name: `${name}.proto`, package: name, services: ['Task', ...(name === 'demo.rival' ? [] : ['Log'])] }),
    );
    const both = [...(demo.functions ?? []), `${taskPackage}.RegisterLogService`];
    expect(services({ data, functions: both })).toMatchObject({
      provides: [{ service: 'demo.task.v2.Log' }, { service: 'demo.task.v2.Task' }],
    });
  });

  test('is none where a function only has such a name', () => {
    expect(services({ functions: ['example.com/http.NewTaskClient', 'example.com/http.RegisterTaskServer'] })).toEqual({
      provides: [],
      consumes: [],
    });
  });
});

describe('the start of a shim', () => {
  const start = (functions: readonly string[], data: readonly string[]): unknown =>
    extractGoFacts(makeGoProgram({ functions, data }), '/usr/bin/shim')?.shimStart;
  const shim = ['github.com/containerd/containerd/v2/pkg/shim.run'];
  const daemon = ['github.com/containerd/containerd/v2/core/runtime/v2.(*binary).Start'];
  const parse = 'github.com/containerd/containerd/v2/core/runtime/v2.parseStartResponse';

  test('is answered as the type of its function says', () => {
    const json = 'L*func(context.Context, string, shim.StartOpts) (shim.BootstrapParams, error)';
    expect(start(shim, ['*func(context.Context, string, shim.StartOpts) (string, error)'])).toEqual({ emits: 'plain' });
    expect(start(shim, [json])).toEqual({ emits: 'json' });
    expect(start(shim, [json, '*func(context.Context, *bootstrap.BootstrapParams) (*bootstrap.BootstrapResult, error)'])).toEqual({
      emits: 'protobuf',
    });
  });

  test('is understood as the types beside its parser say', () => {
    expect(start(daemon, ['*shim.BootstrapParams'])).toEqual({ accepts: ['plain'] });
    expect(start([...daemon, parse], ['*shim.BootstrapParams'])).toEqual({ accepts: ['plain', 'json'] });
    expect(start([...daemon, parse], ['*shim.BootstrapParams', '*bootstrap.BootstrapResult'])).toEqual({
      accepts: ['plain', 'json', 'protobuf'],
    });
  });

  test('is nothing in programs that are neither', () => {
    expect(start(['main.run'], ['*shim.BootstrapParams'])).toBeUndefined();
    expect(start(shim, [])).toBeUndefined();
  });
});

describe('descriptors', () => {
  test('are read with their services and methods, each once', () => {
    const raw = makeDescriptor(task);
    const [read, ...others] = readGoDescriptors(makeGoProgram({ data: [raw, 'between', raw] }), '/usr/bin/demo');
    expect(others).toEqual([]);
    expect(read).toMatchObject({ name: task.name, package: task.package, goPackage: task.goPackage, normal: raw });
    const message = 'demo.task.v2.Request';
    expect(read?.services).toEqual([
      {
        name: 'demo.task.v2.Task',
        methods: [{ name: 'Start', request: message, response: message, clientStreaming: false, serverStreaming: true }],
      },
    ]);
  });

  test('are equal whether raw or gzipped, with JSON names or without', () => {
    const digests = [makeDescriptor(task), makeDescriptor({ ...task, jsonNames: true }), gzipSync(makeDescriptor(task))].map((data) =>
      readGoDescriptors(makeGoProgram({ data: [data] }), '/usr/bin/demo').map((item) => item.digest),
    );
    expect(digests[0]).toHaveLength(1);
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[2]).toEqual(digests[0]);
  });

  test('end where another one begins', () => {
    const two = Buffer.concat([makeDescriptor(task), makeDescriptor({ ...task, name: 'b.proto' }), Buffer.from('Jab')]);
    expect(readGoDescriptors(makeGoProgram({ data: [two] }), '/usr/bin/demo').map((item) => item.name)).toEqual(['b.proto', task.name]);
  });

  test('are not seen in a damaged gzip member or in a mere name', () => {
    const damaged = gzipSync(makeDescriptor(task));
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1;
    expect(readGoDescriptors(makeGoProgram({ data: [damaged, '\n\u0007a.proto', 'b.proto'] }), '/usr/bin/demo')).toEqual([]);
  });

  test('too many to look through are refused by number', () => {
    const data = [Buffer.alloc(7_000_007, '.proto\n')];
    expect(() => readGoDescriptors(makeGoProgram({ data }), '/usr/bin/demo')).toThrow(/more than 1000000 places/);
  });
});

test('mutants of Go programs give facts or a typed failure', () => {
  const seeds = [
    makeGoProgram({ ...demo, sections: true }),
    makeGoProgram({ ...demo, table: 'fb', pointers: true, data: [gzipSync(makeDescriptor(task)), 'x'] }),
    makeGoProgram({ ...demo, class: 32, littleEndian: false, table: 'fa' }),
  ];
  const read = (bytes: Uint8Array): void => {
    extractGoFacts(bytes, '/mutant');
    readGoDescriptors(bytes, '/mutant');
  };
  const report = fuzz(read, seeds, { seed: 1, mutants: 4000 });
  expect(report.read).toBeGreaterThan(2000);
  expect(report.refused).toBeGreaterThan(20);
  expect(report.slowestMs).toBeLessThan(1000);
  expect(() =>
    fuzz(
      () => {
        throw new TypeError('x');
      },
      seeds,
      { seed: 1, mutants: 1 },
    ),
  ).toThrow('mutant 0 of seed 1');
  expect(() =>
    fuzz(
      () => {
        throw new Failure({ code: 'limit', message: 'x' });
      },
      seeds,
      { seed: 1, mutants: 1 },
    ),
  ).not.toThrow();
});
