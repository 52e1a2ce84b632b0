/** The stage `clap` with plugins in C whose answers are known: sound, events, latency, state, and what ends badly. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import type { AddOptions, RuntimeOptions } from "../../core/runtime_options.ts";
import type { ClapConfig } from "../../stages.gen.ts";
import { clap } from "../../stages.gen.ts";
import { OddPlugins } from "../fixtures/clap/odd_plugins.ts";
import { graphWithBeside } from "../fixtures/beside.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";

const RATE = 8_000;

let folder: OddPlugins | undefined;
let built: Promise<string> | undefined;

async function build(): Promise<string> {
  folder = await OddPlugins.make();
  return await folder.add();
}

Deno.test.afterAll(async () => await folder?.[Symbol.asyncDispose]());

function test(
  name: string,
  fn: (path: string) => Promise<void>,
  register: (definition: Deno.TestDefinition) => void = Deno.test,
): void {
  const obstacle = noRustPlugin("clap");
  const title = `clap: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  register({ name: title, ignore: obstacle !== undefined, fn: async () => await fn(await (built ??= build())) });
}

interface Pushed {
  readonly samples: number[];
  readonly ptsNs?: number;
  readonly discontinuity?: boolean;
}

interface Heard {
  readonly samples: number[];
  readonly ptsNs: number;
  readonly discontinuity: boolean;
}

interface Options {
  readonly config?: Omit<ClapConfig, "path">;
  readonly events?: readonly unknown[];
  readonly node?: AddOptions;
  readonly runtime?: RuntimeOptions;
  readonly rate?: number;
}

/** Puts blocks through a plugin, and what is to happen before them. */
async function through(path: string, id: string, blocks: readonly Pushed[], options: Options = {}) {
  const runtime = new Runtime({ native: "require", mode: "offline", ...options.runtime });
  await using _ = runtime;
  const source = runtime.add(appSource.audio({ sampleRateHz: options.rate ?? RATE, channels: 1 }), { id: "source" });
  const node = runtime.add(clap({ path, plugin: `test.${id}`, ...options.config }), { id: "clap", ...options.node });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  const link = { policy: "lossless" } as const;
  runtime.connect(source.outputs.audio, node.inputs.audioIn, link);
  runtime.connect(node.outputs.audioOut, sink.inputs.audio, link);
  const events = options.events && runtime.add(appSource.data(), { id: "events" });
  if (events) runtime.connectByName("events.data", "clap.eventsIn", link);
  await runtime.start();
  const heard = (async () => {
    const found: Heard[] = [];
    for await (const frame of sink) {
      equal(frame.channels, 1);
      found.push({ samples: [...frame.channel(0)], ptsNs: frame.ptsNs, discontinuity: frame.discontinuity });
    }
    return found;
  })();
  const happen = async () => {
    for (const value of options.events ?? []) await events!.push({ value });
    events?.end();
  };
  const sound = async () => {
    for (const { samples, ptsNs, discontinuity } of blocks) {
      await source.push({ channels: [Float32Array.from(samples)], ptsNs, discontinuity });
    }
    source.end();
  };
  // Each waits for the other where its link is full.
  const pushed = Promise.allSettled([happen(), sound()]);
  const [summary, frames] = await Promise.all([runtime.finished, heard, pushed]);
  const figures = summary.nodes.find((each) => each.id === "clap")!.figures!;
  return { heard: frames, figures };
}

/** All samples in a row. */
function joined(heard: readonly { readonly samples: readonly number[] }[]): number[] {
  return heard.flatMap(({ samples }) => samples);
}

const ramp = (from: number, count: number): number[] => Array.from({ length: count }, (_, k) => from + k);
const ones = (count: number): number[] => Array<number>(count).fill(1);

test("sound goes on without a gap and at its times, however long blocks are and the plugin's own", async (path) => {
  const lengths = [1, 64, 1000, 4096, 5000, 3];
  let at = 0;
  const blocks = lengths.map((count) => ({ samples: ramp((at += count) - count, count) }));
  for (const blockSize of [1, 64, 1000, 4096]) {
    const { heard, figures } = await through(path, "gain", blocks, { config: { blockSize, parameters: { Level: 2 } } });
    deepEqual(joined(heard), joined(blocks).map((sample) => sample * 2));
    let next = 0;
    for (const { samples, ptsNs } of heard) {
      equal(Math.round(ptsNs * RATE / 1e9), next);
      ok(samples.length > 0 && samples.length <= 5_000, `a frame of ${samples.length} samples`);
      next += samples.length;
    }
    deepEqual(figures, { blocks: 6, latencySamples: 0, events: 0, refusedEvents: 0 });
  }
});

test("a plugin is given blocks of one length alone", async (path) => {
  const blocks = [100, 3, 700, 256, 1].map((count) => ({ samples: ones(count) }));
  for (const blockSize of [64, 256, 480]) {
    const { heard } = await through(path, "whole", blocks, { config: { blockSize } });
    deepEqual(joined(heard), ones(1_060));
  }
});

test("a parameter changes at its sample, wherever blocks begin", async (path) => {
  const events = [
    { parameter: "Level", value: 0.5, atSample: 3 },
    [{ parameter: 10, value: "150 %", ptsNs: 6 / RATE * 1e9 }, { parameter: "main/level", value: 0, atSample: 9 }],
  ];
  const wanted = [1, 1, 1, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 0, 0, 0];
  for (const lengths of [[12], [3, 9], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [10, 2]]) {
    const blocks = lengths.map((count) => ({ samples: ones(count) }));
    const { heard, figures } = await through(path, "gain", blocks, { events, config: { blockSize: 5 } });
    deepEqual(joined(heard), wanted, `blocks of ${lengths}`);
    equal(figures.events, 3);
  }
});

test("a ramp of 10 s, a step each millisecond, never falls", async (path) => {
  const steps = 10_000;
  const atOnce = 100;
  const events = Array.from({ length: steps / atOnce }, (_, k) =>
    ramp(k * atOnce, atOnce).map((step) => ({
      parameter: "Level",
      value: (step + 1) / steps,
      atSample: step * RATE / 1_000,
    })));
  const runtime = { pools: { data: { slotBytes: 16_384 } } };
  const blocks = Array.from({ length: 80 }, () => ({ samples: ones(1_000) }));
  const { heard, figures } = await through(path, "gain", blocks, { events, runtime });
  const samples = joined(heard);
  equal(samples.length, 10 * RATE);
  // Each step stands where it was sent for, and is higher than the one before.
  samples.forEach((sample, k) =>
    ok(Math.abs(sample - Math.floor(k / 8 + 1) / steps) < 1e-6, `sample ${k} is ${sample}`)
  );
  equal(figures.events, steps);
}, (definition) => rare(Deno.test)(definition));

test("notes and MIDI sound from their sample on, and the blocks of audioIn give the pace", async (path) => {
  const events = [
    { noteOn: { key: 60, velocity: 0.5 }, atSample: 2 },
    { noteOff: { key: 60 }, atSample: 4 },
    { midi: [0x91, 60, 127], atSample: 5 },
    { midi: [0x91, 60, 0], atSample: 7 },
  ];
  const { heard } = await through(path, "synth", [{ samples: ones(4) }, { samples: ones(5) }], { events });
  deepEqual(joined(heard), [0, 0, 0.5, 0.5, 0, 1, 1, 0, 0]);
});

test("messages that cannot be used are passed over, counted and told", async (path) => {
  const told: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ level, nodeId, message }) => {
    if (level === "warn" && nodeId === "clap") told.push(message);
  }));
  const events = [
    { parameter: "Loudness", value: 1, atSample: 0 },
    { parameter: "Level", value: 3, atSample: 0 },
    { parameter: "Level", value: "loud", atSample: 0 },
    { noteOn: { key: 60 }, atSample: 0 },
    "what",
  ];
  const { heard, figures } = await through(path, "gain", [{ samples: ones(2) }], { events });
  deepEqual([joined(heard), figures.refusedEvents, figures.events], [[1, 1], 5, 0]);
  const wanted = [
    /it has no parameter "Loudness"; available: "Level", "Mode", "Meter"/,
    /parameter "Level" is 3, wanted 0 to 2/,
    /does not understand "loud" for parameter "Level"; wanted a number from 0 to 2, or a text, such as "100 %"/,
    /plugin "gain": it has no port for notes/,
    /the message is "what", wanted \{ parameter, value \}/,
  ];
  equal(told.length, wanted.length, told.join("\n"));
  wanted.forEach((each, k) => match(told[k], each));
});

test("what is late keeps its times, over a gap too, and its tail comes last", async (path) => {
  const blocks = [
    { samples: ramp(1, 30) },
    { samples: ramp(31, 200) },
    { samples: ramp(1_001, 150), ptsNs: 1e9, discontinuity: true },
  ];
  const { heard, figures } = await through(path, "late", blocks);
  equal(figures.latencySamples, 100);
  // Every sample has the time at which it came, and those behind the last one are of the tail.
  const found = new Map<number, number>();
  for (const { samples, ptsNs } of heard) {
    samples.forEach((sample, k) => found.set(Math.round(ptsNs * RATE / 1e9) + k, sample));
  }
  for (let k = 0; k < 230; k++) equal(found.get(k), k + 1);
  for (let k = 0; k < 150; k++) equal(found.get(RATE + k), 1_001 + k);
  equal(found.size, 230 + 150 + 50);
  deepEqual(heard.filter(({ discontinuity }) => discontinuity).map(({ ptsNs }) => ptsNs), [1e9]);
});

test("at another rate it is activated anew, and what is late comes out before", async (path) => {
  const runtime = new Runtime({ native: "require", mode: "offline" });
  await using _ = runtime;
  const [slow, fast] = [8_000, 16_000].map((sampleRateHz) =>
    runtime.add(appSource.audio({ sampleRateHz, channels: 1 }), { id: `rate_${sampleRateHz}` })
  );
  const node = runtime.add(clap({ path, plugin: "test.late" }), { id: "clap" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connect(slow.outputs.audio, node.inputs.audioIn);
  runtime.connect(node.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  const counts = new Map<number, number>();
  let endNs = 0;
  const hear = async () => {
    for await (const { sampleRateHz, sampleCount, ptsNs, durationNs } of sink) {
      ok(Math.abs(ptsNs - endNs) < 2, `a block begins at ${ptsNs}, the one before ended at ${endNs}`);
      endNs = ptsNs + durationNs;
      counts.set(sampleRateHz, (counts.get(sampleRateHz) ?? 0) + sampleCount);
    }
  };
  const push = async () => {
    await slow.push({ channels: [new Float32Array(800)] });
    await until(() => endNs > 0);
    await runtime.edit((draft) => {
      draft.disconnectInput("clap.audioIn");
      draft.connect(fast.outputs.audio, node.inputs.audioIn);
    });
    await fast.push({ channels: [new Float32Array(1_600)], ptsNs: 0.1e9 });
    slow.end();
    fast.end();
  };
  await Promise.all([hear(), push(), runtime.finished]);
  // The second one with its tail.
  deepEqual([...counts], [[8_000, 800], [16_000, 1_650]]);
});

test("in a live graph a value changes while sound goes on, and a message that is late counts at once", async (path) => {
  const runtime = new Runtime({ native: "require", mode: "live" });
  await using _ = runtime;
  const source = runtime.add(appSource.audio({ sampleRateHz: RATE, channels: 1 }), { id: "source" });
  const events = runtime.add(appSource.data<unknown>(), { id: "events" });
  runtime.add(clap({ path, plugin: "test.gain", blockSize: 1 }), { id: "clap" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "clap.audioIn");
  runtime.connectByName("events.data", "clap.eventsIn");
  runtime.connectByName("clap.audioOut", "sink.audio");
  await runtime.start();
  const frames = sink[Symbol.asyncIterator]();
  const next = async () => {
    await source.push({ channels: [Float32Array.of(1)] });
    return (await frames.next()).value!.channel(0)[0];
  };
  // Nothing has come to eventsIn, and nothing waits for it.
  equal(await next(), 1);
  await events.push({ value: { parameter: "Level", value: 0.5, atSample: 0 } });
  await until(() => runtime.stats().links.some(({ to, written }) => to === "clap.eventsIn" && written > 0));
  let heard = await next();
  for (let k = 0; k < 1_000 && heard === 1; k++) heard = await next();
  equal(heard, 0.5);
  await runtime.configure("clap", { parameters: { Level: 0.25 } });
  equal(await next(), 0.25);
  source.end();
  events.end();
  equal((await frames.next()).done, true);
  await runtime.finished;
});

test("a plugin is called on the thread of its lane, which is its main thread or its audio thread", async (path) => {
  for (const isolate of ["process", false] as const) {
    const blocks = Array.from({ length: 6 }, () => ({ samples: ones(4) }));
    const { heard } = await through(path, "threads", blocks, { node: { isolate } });
    equal(joined(heard).length, 24);
  }
});

test("a state is saved, begun with, and goes on in a node that takes the place", async (path) => {
  const runtime = new Runtime({ native: "require", mode: "offline" });
  await using _ = runtime;
  const source = runtime.add(appSource.audio({ sampleRateHz: RATE, channels: 1 }), { id: "source" });
  const config = { path, plugin: "test.gain", blockSize: 1, parameters: { Level: 0.25, Mode: "soft" } };
  const node = runtime.add(clap(config), { id: "clap" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  const link = { policy: "lossless" } as const;
  runtime.connect(source.outputs.audio, node.inputs.audioIn, link);
  runtime.connect(node.outputs.audioOut, sink.inputs.audio, link);
  await runtime.start();
  const frames = sink[Symbol.asyncIterator]();
  const next = async () => {
    await source.push({ channels: [Float32Array.of(1)] });
    return (await frames.next()).value!.channel(0)[0];
  };
  equal(await next(), 0.25);
  const { state } = await runtime.command("clap", "saveState") as { state: string };
  const listed = async () => {
    const { parameters } = await runtime.command("clap", "parameters") as {
      parameters: { name: string; value: number; text: string }[];
    };
    return parameters.map(({ name, value, text }) => `${name} ${value} ${text}`);
  };
  deepEqual(await listed(), ["Level 0.25 25 %", "Mode 1 soft", "Meter 0 0 %"]);
  // A live change, and one that is refused as a whole.
  await runtime.configure("clap", { parameters: { Level: 0.5, Mode: "soft" } });
  equal(await next(), 0.5);
  await rejects(runtime.configure("clap", { parameters: { Level: 0.75, Mode: 7 } }), /"Mode" is 7, wanted 0 to 2/);
  equal(await next(), 0.5);
  // Another tail is another instance: what the plugin holds goes on, but for what the new node says otherwise.
  const edit = async (spec: ReturnType<typeof clap>) => {
    await runtime.edit((draft) => void draft.replace("clap", spec));
  };
  await edit(clap({ ...config, parameters: { Level: 0.5, Mode: "hard" }, tailSeconds: 0 }));
  equal(await next(), 0.5);
  deepEqual(await listed(), ["Level 0.5 50 %", "Mode 2 hard", "Meter 0 0 %"]);
  source.end();
  equal((await frames.next()).done, true);
  await runtime.finished;
  // The state of the first moment, in the key of a graph file.
  const { heard } = await through(path, "gain", [{ samples: ones(1) }], { config: { state } });
  deepEqual(joined(heard), [0.25]);
});

test("a parameter that the key names no more goes back to the value of the state, or its first one", async (path) => {
  const config = { path, plugin: "test.gain", blockSize: 1 };
  const runtime = new Runtime({ native: "require", mode: "offline" });
  await using _ = runtime;
  const source = runtime.add(appSource.audio({ sampleRateHz: RATE, channels: 1 }), { id: "source" });
  const node = runtime.add(clap({ ...config, parameters: { Level: 0.25 } }), { id: "clap" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connect(source.outputs.audio, node.inputs.audioIn);
  runtime.connect(node.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  const frames = sink[Symbol.asyncIterator]();
  const next = async () => {
    await source.push({ channels: [Float32Array.of(1)] });
    return (await frames.next()).value!.channel(0)[0];
  };
  equal(await next(), 0.25);
  const { state } = await runtime.command("clap", "saveState") as { state: string };
  await runtime.configure("clap", { parameters: { Mode: "soft" } });
  equal(await next(), 1);
  // One key for another of the same parameter, which is no less named.
  await runtime.configure("clap", { parameters: { "main/level": 0.5 } });
  await runtime.configure("clap", { parameters: { 10: 0.5 } });
  equal(await next(), 0.5);
  await runtime.edit((draft) => void draft.replace("clap", clap({ ...config, state })));
  equal(await next(), 0.25);
  await runtime.configure("clap", { parameters: { Level: 2 } });
  equal(await next(), 2);
  await runtime.configure("clap", { parameters: {} });
  equal(await next(), 0.25);
  source.end();
  equal((await frames.next()).done, true);
  await runtime.finished;
});

test("an offline graph ends with the sound, however many messages are for later", async (path) => {
  const events = ramp(0, 200).map((atSample) => ({ parameter: "Level", value: 0.5, atSample }));
  const { heard, figures } = await through(path, "gain", [{ samples: ones(4) }], { events });
  deepEqual([joined(heard), figures.events], [ones(4).map(() => 0.5), 4]);
});

test("samples that are no numbers are told as those of the input", async (path) => {
  await rejects(
    through(path, "gain", [{ samples: [1, NaN] }]),
    /audioIn has NaN among its samples, wanted finite numbers/,
  );
});

/** What a plugin does that ends badly, and what is said of it. */
const ENDS: readonly (readonly [id: string, said: RegExp])[] = [
  ["crash", /its process \d+ was killed by SIGSEGV/],
  ["error", /plugin "error": its function "process" answers an error for a block of 1 samples$/],
  ["nan", /plugin "nan": it gives NaN in channel 0 at sample 0 of a block, wanted finite numbers$/],
  ["hang", /its process \d+ did not return within 500 ms and was killed$/],
];

for (const [id, said] of ENDS) {
  test(`a plugin that ends badly fails its node only: ${id}`, async (path) => {
    const names = { id: "clap", input: "audioIn", output: "audioOut" };
    const { runtime, source, push, failures, start } = graphWithBeside(names, { mode: "offline" }, (runtime) =>
      // Nothing says that it is to have a process of its own.
      runtime.add(clap({ path, plugin: `test.${id}`, blockSize: 1 }), {
        id: "clap",
        supervision: "disable",
        callTimeoutMs: 500,
      }));
    await using _ = runtime;
    const { heard } = await start();
    await push(0, 10);
    source.end();
    await runtime.finished;
    const [sink, beside] = await heard;
    // What the call that ended badly had handed on before is lost with it.
    deepEqual(sink, [0, 1, 2].slice(0, sink.length));
    deepEqual(beside, ramp(0, 10));
    equal(failures.length, 1);
    match(failures[0], said);
  });
}

test("a plugin that crashes where it is deactivated spoils nothing, and the log names it", async (path) => {
  const told: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ level, message }) => {
    if (level === "warn") told.push(message);
  }));
  const { heard } = await through(path, "crash-at-end", [{ samples: ones(3) }]);
  deepEqual(joined(heard), [1, 1, 1]);
  await until(() => told.some((line) => /was not freed: its process \d+ was killed by SIGSEGV/.test(line)));
});

test("what cannot be loaded, or does not fit, is told with what is wanted", async (path) => {
  const block = [{ samples: ones(2) }];
  const refusals: readonly (readonly [id: string, options: Options, why: RegExp])[] = [
    ["none", {}, /the file has no plugin "test\.none"; available: "test\.gain", "test\.late"/],
    ["no-ports", {}, /plugin "no-ports": it has no audio output, wanted one or more/],
    ["refuse", {}, /plugin "refuse": its function "init" answers false/],
    ["gain", { config: { parameters: { Level: 9 } } }, /parameter "Level" is 9, wanted 0 to 2/],
    ["gain", { config: { parameters: { Meter: 1 } } }, /parameter "Meter" is one that the plugin alone changes/],
    ["gain", { config: { state: "AAAA" } }, /plugin "gain": it refuses the state/],
    ["gain", { config: { state: "A" } }, /state is no base64/],
    ["gain", { rate: 50 }, /plugin "gain": it does not run at 50 Hz: its function "activate" answers false/],
  ];
  for (const [id, options, why] of refusals) await rejects(through(path, id, block, options), why);
  const absent = await Deno.makeTempFile({ suffix: ".clap" });
  await rejects(through(absent, "gain", block), /cannot be used: the system cannot open it/);
  await Deno.remove(absent);
  await rejects(through("NoSuchPlugin", "gain", block), /no file "NoSuchPlugin" was found in .*; name a path/);
});
