import assert from "node:assert/strict";
import * as fc from "fast-check";
import { appSource } from "../app/app_source.ts";
import { canBypass } from "../descriptor/bypassable.ts";
import { SluiceError } from "../errors.ts";
import { nativePackage } from "../registry/fixtures/test_stages.ts";
import {
  type ConfigObjectSchema,
  type ConfigSchema,
  expandPort,
  type NodeDescriptor,
} from "../descriptor/descriptor.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { Runtime } from "../runtime.ts";
import type { AddOptions, RuntimeOptions } from "../runtime_options.ts";
import { viewRuntime } from "../runtime_view.ts";
import { nodePackage } from "../../sluice.gen.ts";
import * as nodes from "../../sluice.gen.ts";
import type { Supervision } from "./supervision.ts";
import { buildGraph, graphOptions } from "./build.ts";
import type { GraphFile } from "./schema.ts";
import { checkGraph, parseGraph } from "./load.ts";
import { rare } from "../../tests/fixtures/rare.ts";

const REGISTRY = new NodeRegistry([nodePackage, nativePackage]);
/** Those that run on the lanes of these graphs, which are no native ones. */
const TYPES = REGISTRY.list().map(({ descriptor }) => descriptor).filter(({ lane }) => lane !== "native");
/** What frames of each kind can come from when the graph has no other output of it. */
const PROVIDERS: { readonly [kind: string]: string } = {
  audio: "tone-source",
  data: "delay",
  video: "delay",
  encoded: "delay",
  packet: "delay",
};
const LANES = { ui: { kind: "main" }, dsp: {}, disk: { kind: "worker" }, fast: { priority: "high" } } as const;

/** A node to add, and which of the fitting outputs each of its inputs is linked to. */
interface Draft {
  readonly descriptor: NodeDescriptor;
  readonly config: Record<string, unknown>;
  readonly options: AddOptions;
  readonly picks: readonly number[];
}

/** Any value that a schema accepts, but for text: that is short. */
function valueOf(schema: ConfigSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valueOf));
  const { minimum = (schema.exclusiveMinimum ?? -1001) + 1, maximum = 1000 } = schema;
  switch (schema.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: minimum, max: maximum });
    case "number":
      return fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) });
    case "string":
      if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
      return fc.string({ minLength: schema.minLength ?? 0, maxLength: 20, unit: "binary" });
    case "array":
      return fc.array(valueOf(schema.items!), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case "object":
      return schema.properties === undefined ? fc.constant(undefined) : configOf(schema as ConfigObjectSchema);
    default:
      return fc.constant(undefined);
  }
}

const SUPERVISION = fc.constantFrom<Supervision | undefined>(undefined, "fail", "disable", { restart: { limit: 2 } });

function configOf({ properties, required }: ConfigObjectSchema): fc.Arbitrary<Record<string, unknown>> {
  const keys = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, valueOf(schema)]));
  return fc.record(keys, { requiredKeys: [...required] });
}

/** The lanes that a node may name, by what its type runs on. */
const LANES_OF = {
  native: ["fast", "native", "n2"],
  main: ["main"],
  worker: ["main", "ui", "dsp", "disk", "worker", "x"],
} as const;

/** Elements of dynamic ports, for types that take such of names of their own. */
const PORTS = fc.subarray(["audioIn_9", "audioIn_2", { input: "a", kind: "audio" }, { input: "b", kind: "audio" }]);

function draftOf(descriptor: NodeDescriptor): fc.Arbitrary<Draft> {
  const lanes = LANES_OF[descriptor.lane];
  const isNamed = descriptor.inputs.some(({ named }) => named !== undefined);
  return fc.record({
    descriptor: fc.constant(descriptor),
    config: configOf(descriptor.config),
    options: fc.record({
      lane: fc.option(fc.constantFrom(...lanes), { nil: undefined }),
      pool: fc.option(fc.constantFrom("audio", "big"), { nil: undefined }),
      supervision: descriptor.lane === "native" ? fc.constant(undefined) : SUPERVISION,
      callTimeoutMs: fc.option(fc.nat(100_000), { nil: undefined }),
      bypassed: canBypass(descriptor) ? fc.boolean() : fc.constant(false),
      ports: isNamed ? PORTS as fc.Arbitrary<AddOptions["ports"]> : fc.constant(undefined),
    }),
    picks: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  });
}

const DRAFTS = fc.array(fc.constantFrom(...TYPES).chain(draftOf), { minLength: 1, maxLength: 12 });
const OPTIONS = fc.record({
  mode: fc.constantFrom("live", "offline"),
  endsWithSources: fc.option(fc.boolean(), { nil: undefined }),
  pools: fc.constantFrom<NonNullable<RuntimeOptions["pools"]>[]>(
    { big: {} },
    { big: { slotBytes: 65_536 } },
    { big: { slots: 1_000_000 }, audio: { slotBytes: 4096, slots: 1_000_000 } },
  ),
});
const LINK = fc.record({
  policy: fc.option(fc.constantFrom("roll-off", "latest", "drop-newest", "lossless"), { nil: undefined }),
  capacity: fc.option(fc.integer({ min: 32, max: 200 }), { nil: undefined }),
}).map(({ policy, capacity }) => ({ policy, capacity: policy === "latest" ? undefined : capacity }));

/** Links an input to one of the outputs that fit, beginning with the one that was picked. */
function link(runtime: Runtime, ids: readonly string[], input: string, pick: number, options: object): boolean {
  const outputs = ids.flatMap((id) => runtime.portInfo(id)).filter(({ direction }) => direction === "output");
  for (let n = 0; n < outputs.length; n++) {
    try {
      runtime.connectByName(outputs[(pick + n) % outputs.length].address, input, options);
      return true;
    } catch (error) {
      assert.ok(error instanceof SluiceError);
    }
  }
  return false;
}

/** Adds nodes, and links every input that needs a link, and some of the others. */
function fill(runtime: Runtime, drafts: readonly Draft[], options: object): void {
  const ids: string[] = [];
  const add = (type: string, config: Record<string, unknown>, more: AddOptions): string => {
    const id = `n${ids.length}-${type}`;
    runtime.addByType(type, config, { ...more, id });
    ids.push(id);
    return id;
  };
  for (const { descriptor, config, options: more } of drafts) add(descriptor.type, config, more);
  for (const [n, { picks }] of drafts.entries()) {
    for (const [k, input] of runtime.portInfo(ids[n]).filter(({ direction }) => direction === "input").entries()) {
      const pick = picks[k % picks.length];
      if ((input.optional && pick % 2 === 0) || link(runtime, ids, input.address, pick, options)) continue;
      if (input.optional) continue;
      const provider = add(PROVIDERS[input.kinds[0]], {}, {});
      const own = runtime.portInfo(provider).filter(({ direction }) => direction === "input");
      for (const { address } of own) assert.ok(link(runtime, [provider], address, 0, options), address);
      assert.ok(link(runtime, [provider], input.address, 0, options), input.address);
    }
  }
}

/** A runtime that a file was loaded into. */
function load(file: GraphFile): Runtime {
  const document = parseGraph(JSON.stringify(file), "again.json", REGISTRY);
  const runtime = new Runtime({ ...graphOptions(document), registry: REGISTRY, native: "off" });
  buildGraph(document, runtime);
  return runtime;
}

/** Whether a run would refuse the formats that configurations tell, for which its file is refused, too. */
function isRefusedWhenRun(file: GraphFile): boolean {
  const { errors } = checkGraph(JSON.stringify(file), "again.json", REGISTRY);
  return errors.length > 0 && errors.every(({ message }) => message.includes(": Cannot send "));
}

/** The graph of a runtime that a file was loaded into. */
function reload(file: GraphFile): GraphFile {
  return load(file).graph();
}

/** What a runtime would run: not as a file says it, but as its lanes would be told. */
function planOf(runtime: Runtime): unknown {
  const { nodes, links, mode } = viewRuntime(runtime);
  return {
    mode,
    nodes: nodes.map(({ id, type, config, lane, pool, supervision = "fail", callTimeoutMs, bypassed }) => (
      // A value that is undefined counts as absent.
      {
        id,
        type: type.descriptor.type,
        config: JSON.parse(JSON.stringify(config)),
        lane,
        pool,
        supervision,
        callTimeoutMs,
        bypassed,
        ports: [...type.descriptor.inputs, ...type.descriptor.outputs].flatMap(expandPort),
      }
    )),
    links: links.map(({ fromNode, fromPort, toNode, toPort, policy, capacity }) => (
      { fromNode, fromPort, toNode, toPort, policy, capacity }
    )),
  };
}

rare(Deno.test)("Runtime.graph() loads back to the same graph, for random graphs of the shipped types", () => {
  let links = 0;
  const tried = { taken: 0, refused: 0 };
  const types = new Set<string>();
  const said = new Set<string>();
  fc.assert(
    fc.property(OPTIONS, DRAFTS, LINK, (options, drafts, link) => {
      const runtime = new Runtime({ ...options, lanes: LANES, registry: REGISTRY, native: "off" });
      fill(runtime, drafts, link);
      const file = runtime.graph();
      const isRefused = isRefusedWhenRun(file);
      tried[isRefused ? "refused" : "taken"]++;
      fc.pre(!isRefused);
      for (const { type } of Object.values(file.nodes)) types.add(type);
      links += file.links!.length;
      const again = load(file);
      assert.deepEqual(planOf(again), planOf(runtime));
      assert.deepEqual(again.graph(), JSON.parse(JSON.stringify(file)));
      for (const { pool, supervision, callTimeoutMs, bypassed } of viewRuntime(runtime).nodes) {
        if (callTimeoutMs !== undefined) said.add("callTimeoutMs");
        if (pool !== undefined) said.add("pool");
        if (supervision !== undefined) said.add("supervision");
        if (bypassed) said.add("bypassed");
      }
      for (const { ports } of Object.values(file.nodes)) {
        for (const port of ports ?? []) said.add(typeof port === "string" ? "numbered port" : "named port");
      }
    }),
    { numRuns: 150 },
  );
  // Few have such formats: a check that refuses more refuses what runs.
  assert.ok(tried.refused <= tried.taken / 10, `${tried.refused} graphs were refused for ${tried.taken} that were not`);
  assert.ok(links > 150, `only ${links} links were tried`);
  assert.equal(types.size, TYPES.length);
  assert.equal(said.size, 6, [...said].join());
});

Deno.test("Runtime.graph() of an empty live graph loads back, and one of an offline graph is told to be empty", () => {
  for (const endsWithSources of [undefined, true, false]) {
    const options = {
      registry: REGISTRY,
      native: "off",
      ...(endsWithSources !== undefined && { endsWithSources }),
    } as const;
    const file = new Runtime(options).graph();
    assert.equal(file.endsWithSources, endsWithSources);
    assert.deepEqual(reload(file), file);
  }
  const offline = new Runtime({ registry: REGISTRY, native: "off", mode: "offline" }).graph();
  assert.throws(() => reload(offline), {
    code: "InvalidGraph",
    message: /"nodes" is empty, wanted at least one node in an offline graph$/,
  });
});

Deno.test("Runtime.graph() of a running graph has what was changed meanwhile, and loads back", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off", registry: REGISTRY });
  const tone = runtime.add(nodes.toneSource({ frequencyHz: 440 }), { lane: "main" });
  const gain = runtime.add(nodes.gain({ gainDb: -6 }), { lane: "main" });
  const meter = runtime.add(nodes.levelMeter(), { lane: "main" });
  runtime.connect(tone.outputs.audio, gain.inputs.audioIn, { policy: "latest" });
  runtime.connect(gain.outputs.audioOut, meter.inputs.audioIn);
  await runtime.start();
  await runtime.setConfig("gain", "gainDb", -12);
  const file = runtime.graph();
  assert.deepEqual(file, {
    version: 1,
    mode: "live",
    nodes: {
      "tone-source": { type: "tone-source", config: { frequencyHz: 440 }, lane: "main" },
      gain: { type: "gain", config: { gainDb: -12 }, lane: "main" },
      "level-meter": { type: "level-meter", config: {}, lane: "main" },
    },
    links: [
      { from: "tone-source.audio", to: "gain.audioIn", policy: "latest", capacity: 1 },
      { from: "gain.audioOut", to: "level-meter.audioIn", policy: "roll-off", capacity: 8 },
    ],
    pools: {},
    lanes: { main: { kind: "main" } },
  });
  assert.deepEqual(reload(file), file);
});

Deno.test("Runtime.graph() shares nothing with the graph, and takes ids that every object knows", () => {
  const runtime = new Runtime({ native: "off", registry: REGISTRY, lanes: { constructor: {} } });
  runtime.addByType("mixer", { channels: 2 }, { id: "constructor", lane: "constructor" });
  runtime.addByType("mixer", {}, { id: "toString", lane: "valueOf" });
  const file = runtime.graph();
  assert.deepEqual(Object.keys(file.nodes), ["constructor", "toString"]);
  assert.deepEqual(Object.keys(file.lanes!), ["constructor", "valueOf"]);
  assert.deepEqual(reload(file), file);
  const config = Object.getOwnPropertyDescriptor(file.nodes, "constructor")!.value.config;
  config.channels = 7;
  assert.equal(JSON.stringify(runtime.graph()).includes("7"), false);
});

Deno.test("Runtime.add() refuses the id and the lane that no graph file can hold", () => {
  const runtime = new Runtime({ native: "off", registry: REGISTRY });
  for (const options of [{ id: "__proto__" }, { lane: "__proto__" }]) {
    assert.throws(() => runtime.addByType("mixer", {}, options), {
      code: "InvalidGraph",
      message: /^Cannot use "__proto__" as (a node id|the name of a lane): .* and any word but this$/,
    });
  }
});

Deno.test("Runtime.graph() refuses a value that JSON cannot hold, and writes nodes that no file can name", () => {
  const runtime = new Runtime({ native: "off", registry: REGISTRY });
  runtime.addByType("delay", { initial: new Map() }, { id: "d" });
  assert.throws(() => runtime.graph(), {
    code: "InvalidConfig",
    message: 'Cannot write node "d" (delay) to a graph file: its configuration holds a value of type Map, which ' +
      "JSON has no words for; give it plain values",
  });
  const other = new Runtime({ native: "off", registry: REGISTRY });
  other.add(appSource.data());
  const file = other.graph();
  assert.deepEqual(Object.values(file.nodes).map(({ type }) => type), ["app-source"]);
  assert.throws(() => reload(file), { code: "NodeTypeNotFound" });
});
