/** The plugin for sensors: counts, volts, filters, lower rates, spectra and a trigger, with answers that are known. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import type { GraphMode } from "../../core/links/policy.ts";
import { tapLog } from "../../core/log.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { Runtime } from "../../core/runtime.ts";
import { noRustPlugin, PluginFolder } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";

type Channels = Record<string, "f32">;
type Stages = Record<string, Record<string, unknown>>;

/** A batch, copied. */
interface Copy {
  readonly columns: Readonly<Record<string, number[]>>;
  readonly ptsNs: number;
  readonly durationNs: number;
  readonly discontinuity: boolean;
}

/** A batch of one channel to push; its duration is by default that of its samples. */
interface Pushed {
  readonly samples: Float32Array;
  readonly ptsNs?: number;
  readonly durationNs?: number;
  readonly discontinuity?: boolean;
}

const PACKETS = { pools: { packet: { slotBytes: 300_000 } } };

let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  await using folder = await PluginFolder.make();
  await folder.addRust("sensors");
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

function sensors(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  const obstacle = noRustPlugin("sensors");
  const title = `sensors: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  Deno.test({ name: title, ignore: obstacle !== undefined, fn: async () => await fn(await (loaded ??= load())) });
}

/** A graph of stages in a row on one lane, ending in a sink of this script. */
function chain(registry: NodeRegistry, stages: Stages, mode: GraphMode = "offline") {
  const runtime = new Runtime({ native: "require", mode, registry, ...PACKETS });
  const names = Object.keys(stages);
  for (const name of names) {
    runtime.addByType(name, stages[name], { id: name, lane: "sensors" });
  }
  const sink = runtime.add(appSink.packet<Channels>(), { id: "sink" });
  const policy = { policy: "lossless", capacity: 4 } as const;
  const output = (name: string) => `${name}.${name === "acquisition" ? "packet" : "packetOut"}`;
  names.slice(1).forEach((name, k) => runtime.connectByName(output(names[k]), `${name}.packetIn`, policy));
  runtime.connectByName(output(names.at(-1)!), "sink.packet", policy);
  return { runtime, sink };
}

/** Runs such a graph to its end. */
async function run(registry: NodeRegistry, stages: Stages, mode?: GraphMode) {
  const { runtime, sink } = chain(registry, stages, mode);
  await using _ = runtime;
  await runtime.start();
  const batches = await gather(sink);
  const summary = await runtime.finished;
  for (const pool of summary.pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
  const figures = (id: string) => summary.nodes.find((node) => node.id === id)?.figures;
  return { batches, figures };
}

/** Runs one stage on batches of one channel. */
async function feed(
  registry: NodeRegistry,
  name: string,
  config: Record<string, unknown>,
  batches: readonly Pushed[],
  rateHz: number,
) {
  const { runtime, sink } = chain(registry, { [name]: config });
  await using _ = runtime;
  const source = runtime.add(appSource.packet({ fields: { x: "f32" } }), { id: "source" });
  runtime.connectByName("source.packet", `${name}.packetIn`);
  await runtime.start();
  const heard = gather(sink);
  for (const { samples, ...times } of batches) {
    await source.push({ columns: { x: samples }, durationNs: samples.length * 1e9 / rateHz, ...times });
  }
  source.end();
  await runtime.finished;
  return await heard;
}

async function gather(sink: ReturnType<typeof chain>["sink"]): Promise<Copy[]> {
  const copies: Copy[] = [];
  for await (const batch of sink) copies.push(copyOf(batch));
  return copies;
}

function copyOf(batch: PacketFrame<Channels>): Copy {
  const columns = Object.fromEntries(Object.keys(batch.fields).map((name) => [name, [...batch.column(name)]]));
  const { ptsNs, durationNs, discontinuity } = batch;
  return { columns, ptsNs, durationNs, discontinuity };
}

function all(batches: readonly Copy[], name = "x"): number[] {
  return batches.flatMap(({ columns }) => columns[name]);
}

sensors("acquisition gives counts of 64 channels, with names and times", async (registry) => {
  const config = { channels: 64, sampleRateHz: 10_000, batchSize: 250, durationSeconds: 0.1, frequencyStepHz: 5 };
  const { batches, figures } = await run(registry, { acquisition: { ...config, amplitudeVolts: 5, offsetVolts: 1 } });
  deepEqual(batches.map(({ ptsNs, durationNs }) => [ptsNs, durationNs]), [0, 1, 2, 3].map((k) => [25e6 * k, 25e6]));
  deepEqual(Object.keys(batches[0].columns), Array.from({ length: 64 }, (_, k) => `ch${k}`));
  for (const channel of [0, 1, 63]) {
    all(batches, `ch${channel}`).forEach((count, n) => {
      const volts = 1 + 5 * Math.sin(2 * Math.PI * (50 + 5 * channel) * n / 10_000);
      ok(Math.abs(count - volts * 3_276.8) <= 0.501, `channel ${channel}, sample ${n}: ${count}, wanted ${volts} V`);
    });
  }
  deepEqual(figures("acquisition"), { batches: 4, dropOuts: 0, lostRecords: 0, connects: 0 });
});

sensors("batches that acquisition loses are counted, and the next is flagged", async (registry) => {
  const config = { channels: 1, batchSize: 100, durationSeconds: 5, dropOutProbability: 0.25, seed: 3 };
  const { batches, figures } = await run(registry, { acquisition: config });
  const { dropOuts, lostRecords } = figures("acquisition")!;
  equal(batches.length + dropOuts, 500);
  equal(lostRecords, 100 * dropOuts);
  ok(dropOuts > 75 && dropOuts < 175, `${dropOuts} of 500 batches were lost`);
  let endNs = 0;
  for (const { ptsNs, durationNs, discontinuity } of batches) {
    equal(discontinuity, ptsNs !== endNs, `at ${ptsNs} ns`);
    endNs = ptsNs + durationNs;
  }
  const again = await run(registry, { acquisition: config });
  deepEqual(again.batches.map(({ ptsNs }) => ptsNs), batches.map(({ ptsNs }) => ptsNs));
});

sensors("acquisition reads a file to its end", async (registry) => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(Int16Array.of(1, -1, 2, -2, 3, -3, 4, -4, 5, -5).buffer));
    const config = { source: "file", path, channels: 2, batchSize: 2 };
    const { batches } = await run(registry, { acquisition: config });
    deepEqual(batches.map(({ columns }) => columns), [
      { ch0: [1, 2], ch1: [-1, -2] },
      { ch0: [3, 4], ch1: [-3, -4] },
      { ch0: [5], ch1: [-5] },
    ]);
    const { runtime } = chain(registry, { acquisition: { ...config, path: `${path}.missing` } });
    await rejects(runtime.start(), { message: /"acquisition".*: ".*\.missing" cannot be opened: No such file/ });
    // To open a FIFO would wait for whoever writes to it.
    const fifo = `${path}.fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const { runtime: other } = chain(registry, { acquisition: { ...config, path: fifo } });
    await rejects(other.start(), {
      message: /"acquisition".*: ".*\.fifo" is no regular file; what comes over a socket/,
    });
    await Deno.remove(fifo);
  } finally {
    await Deno.remove(path);
  }
});

/** Sends bytes to each that connects, piece by piece, and ends. */
async function serveBytes(listener: Deno.Listener, connections: readonly (readonly Uint8Array[])[]): Promise<void> {
  for (const pieces of connections) {
    using connection = await listener.accept();
    for (const piece of pieces) await connection.write(piece);
  }
}

for (const kind of ["TCP", "Unix"]) {
  sensors(`acquisition reads a ${kind} socket, and connects again where it ends`, async (registry) => {
    const folder = await Deno.makeTempDir();
    using listener = kind === "TCP"
      ? Deno.listen({ hostname: "127.0.0.1", port: 0 })
      : Deno.listen({ transport: "unix", path: `${folder}/adc` });
    const address = kind === "TCP" ? `127.0.0.1:${(listener.addr as Deno.NetAddr).port}` : `unix:${folder}/adc`;
    const bytes = (...numbers: number[]) => new Uint8Array(Int16Array.from(numbers).buffer);
    // The record that the first connection breaks off is left out.
    const first = [bytes(1, -1, 2), bytes(-2, 3, -3, 4)];
    // The stage finds nobody to connect to a third time, however long the end of the run takes.
    const served = serveBytes(listener as Deno.Listener, [first, [bytes(5, -5, 6, -6), bytes(7, -7)]])
      .then(() => listener.close());
    const config = {
      source: "socket",
      address,
      channels: 2,
      batchSize: 2,
      sampleRateHz: 1_000,
      durationSeconds: 0.006,
    };
    const { batches, figures } = await run(registry, { acquisition: config });
    await served;
    deepEqual(batches.map(({ columns, ptsNs, discontinuity }) => [columns, ptsNs / 1e6, discontinuity]), [
      [{ ch0: [1, 2], ch1: [-1, -2] }, 0, false],
      [{ ch0: [3], ch1: [-3] }, 2, false],
      [{ ch0: [5, 6], ch1: [-5, -6] }, 3, true],
      [{ ch0: [7], ch1: [-7] }, 5, false],
    ]);
    deepEqual(figures("acquisition"), { batches: 4, dropOuts: 0, lostRecords: 0, connects: 2 });
    await Deno.remove(folder, { recursive: true });
  });
}

sensors(
  "acquisition ends with a socket that it is not to connect to again, and is stopped without one",
  async (registry) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const served = serveBytes(listener, [[new Uint8Array(8)]]);
    const config = { source: "socket", address: `127.0.0.1:${port}`, channels: 1, batchSize: 3 };
    const { batches } = await run(registry, { acquisition: { ...config, reconnect: false } });
    await served;
    deepEqual(batches.map(({ columns }) => columns.ch0), [[0, 0, 0], [0]]);
    listener.close();
    // Nobody listens there, and the graph starts, runs, and is stopped all the same.
    const { runtime } = chain(registry, { acquisition: config }, "live");
    const warned = Promise.withResolvers<void>();
    const stop = tapLog(({ message }) => message.startsWith("cannot connect, and tries again: ") && warned.resolve());
    await runtime.start();
    await warned.promise;
    stop();
    await runtime.stop();
    await runtime[Symbol.asyncDispose]();
    const { runtime: other } = chain(registry, { acquisition: { ...config, address: "nowhere" } });
    await rejects(other.start(), { message: /: address is "nowhere", wanted "HOST:PORT" or "unix:PATH"$/ });
  },
);

rare(sensors)("a batch size for which a slot has no room is refused before the first batch, too", async (registry) => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const config = { source: "socket", address: `127.0.0.1:${port}`, channels: 2, batchSize: 3 };
  const { runtime } = chain(registry, { acquisition: config }, "live");
  await using _ = runtime;
  await runtime.start();
  // It sends nothing.
  using _connection = await listener.accept();
  await rejects(runtime.configure("acquisition", { batchSize: 65_536 }), {
    message: /: batchSize is 65536, and .*; set slotBytes of the output's pool/,
  });
  await runtime.configure("acquisition", { batchSize: 4 });
  await runtime.stop();
});

rare(sensors)("a batch size for which a slot has no room is refused, and the acquisition goes on", async (registry) => {
  for (const [channels, slotBytes, most] of [[2, 8_192, 1_008], [3, 300_000, 24_992]]) {
    const runtime = new Runtime({ native: "require", registry, pools: { packet: { slotBytes } } });
    await using _ = runtime;
    const config = { channels, sampleRateHz: 1e6, batchSize: 40 };
    runtime.addByType("acquisition", config, { id: "acquisition" });
    const sink = runtime.add(appSink.packet<Channels>(), { id: "sink" });
    runtime.connectByName("acquisition.packet", "sink.packet", { policy: "lossless" });
    await runtime.start();
    for await (const { batchSize } of sink) {
      if (batchSize === 40) {
        await rejects(runtime.configure("acquisition", { batchSize: most + 1 }), {
          message: new RegExp(`: batchSize is ${most + 1}, and a slot has room for ${most}; set slotBytes of the `),
        });
        await runtime.configure("acquisition", { batchSize: most });
      } else {
        equal(batchSize, most);
        break;
      }
    }
    await runtime.stop();
  }
});

sensors("a live acquisition keeps to the clock, and its batch size is changed while it runs", async (registry) => {
  const config = { channels: 2, sampleRateHz: 20_000, batchSize: 40, durationSeconds: 0.2 };
  const { runtime, sink } = chain(registry, { acquisition: config }, "live");
  await using _ = runtime;
  await runtime.start();
  const startNs = runtime.clock.nowNs();
  const sizes: number[] = [];
  let changed: Promise<void> | undefined;
  let endNs = 0;
  for await (const batch of sink) {
    equal(batch.ptsNs, endNs, "nothing is missing");
    endNs += batch.durationNs;
    sizes.push(batch.batchSize);
    changed ??= runtime.configure("acquisition", { batchSize: 160 });
  }
  // It may have begun before the first look at the clock, yet not 20 ms before.
  ok(runtime.clock.nowNs() - startNs > 180e6, "it lasts as long as its records");
  await changed;
  equal(endNs, 200e6);
  ok(sizes.includes(40) && sizes.includes(160), sizes.join(" "));
});

sensors("to-voltage gives volts, and counts what is clipped", async (registry) => {
  const acquisition = { channels: 1, sampleRateHz: 1_000, batchSize: 100, durationSeconds: 0.2, bits: 12 };
  const signal = { amplitudeVolts: 3, frequencyHz: 10, fullScaleVolts: 2 };
  const converter = { bits: 12, fullScaleVolts: 2, gain: 10, offsetVolts: -1 };
  const { batches, figures } = await run(registry, {
    acquisition: { ...acquisition, ...signal },
    "to-voltage": converter,
  });
  let clipped = 0;
  all(batches, "ch0").forEach((found, n) => {
    const volts = 3 * Math.sin(2 * Math.PI * 10 * n / 1_000);
    const wanted = 10 * Math.max(-2, Math.min(2 * 2047 / 2048, volts)) - 1;
    if (Math.abs(volts) >= 2) clipped++;
    ok(Math.abs(found - wanted) <= 10 * 0.51 * 2 / 2048, `sample ${n}: ${found}, wanted ${wanted}`);
  });
  deepEqual(figures("to-voltage"), { clipped });
});

sensors("biquad filters as a reference in 64 bits does, over any lengths of batches", async (registry) => {
  const rateHz = 10_000;
  const samples = Float32Array.from({ length: 3_000 }, (_, n) => Math.sin(n * n * 0.37));
  const pieces = [samples.subarray(0, 1), samples.subarray(1, 700), samples.subarray(700)];
  const config = { filter: "low-pass", frequencyHz: 900, order: 4 };
  const found = all(await feed(registry, "biquad", config, pieces.map((piece) => ({ samples: piece })), rateHz));
  const wanted = [0, 1].reduce((x, k) => {
    const w = 2 * Math.PI * 900 / rateHz;
    // The audio cookbook's low pass; both factors of a Butterworth filter of order 4.
    const alpha = Math.sin(w) * Math.cos(Math.PI * (2 * k + 1) / 8);
    const [b, a0, a1, a2] = [(1 - Math.cos(w)) / 2, 1 + alpha, -2 * Math.cos(w), 1 - alpha];
    const y: number[] = [];
    x.forEach((value, n) => {
      const sum = b * value + 2 * b * (x[n - 1] ?? 0) + b * (x[n - 2] ?? 0);
      y.push((sum - a1 * (y[n - 1] ?? 0) - a2 * (y[n - 2] ?? 0)) / a0);
    });
    return y;
  }, [...samples] as number[]);
  equal(found.length, wanted.length);
  found.forEach((value, n) => ok(Math.abs(value - wanted[n]) < 1e-6, `sample ${n}: ${value}, wanted ${wanted[n]}`));
});

sensors("biquad begins anew behind a sample that is not finite, and behind a gap", async (registry) => {
  const config = { filter: "low-pass", frequencyHz: 100 };
  const ones = (count: number) => new Float32Array(count).fill(1);
  const answer = all(await feed(registry, "biquad", config, [{ samples: ones(64) }], 1_000));
  for (const odd of [NaN, Infinity]) {
    const samples = ones(64 + 1 + 64);
    samples[64] = odd;
    const batches = [samples.subarray(0, 70), samples.subarray(70)].map((samples) => ({ samples }));
    const found = all(await feed(registry, "biquad", config, batches, 1_000));
    deepEqual(found, [...answer, odd, ...answer]);
  }
  for (const gap of [{ discontinuity: true }, { ptsNs: 1e9 }]) {
    const batches = [{ samples: ones(64) }, { samples: ones(64), ...gap }];
    deepEqual(all(await feed(registry, "biquad", config, batches, 1_000)), [...answer, ...answer]);
  }
});

sensors("biquad counts what is not finite, in its own channel alone", async (registry) => {
  const { runtime, sink } = chain(registry, { biquad: { filter: "high-pass", frequencyHz: 10 } });
  await using _ = runtime;
  const fields = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`ch${k}`, "f32" as const]));
  const source = runtime.add(appSource.packet({ fields }), { id: "source" });
  runtime.connectByName("source.packet", "biquad.packetIn");
  await runtime.start();
  const heard = gather(sink);
  const odd: Record<string, number> = { ch1: 3, ch7: 3, ch8: 0 };
  const columns = Object.fromEntries(
    Object.keys(fields).map((name) => [name, Array.from({ length: 8 }, (_, n) => n === odd[name] ? NaN : 1)]),
  );
  await source.push({ columns, durationNs: 8e6 });
  source.end();
  const [{ columns: found }] = await heard;
  const { nodes } = await runtime.finished;
  deepEqual(nodes.find(({ id }) => id === "biquad")?.figures, { notFinite: 3 });
  deepEqual(found.ch1, [...found.ch0.slice(0, 3), NaN, ...found.ch0.slice(0, 4)]);
  deepEqual(found.ch7, found.ch1);
  deepEqual(found.ch8, [NaN, ...found.ch0.slice(0, 7)]);
  deepEqual(found.ch6, found.ch0);
});

sensors("acquisition and biquad that are replaced go on from their states", async (registry) => {
  const stages = {
    acquisition: { channels: 9, batchSize: 100, durationSeconds: 3, frequencyHz: 33, frequencyStepHz: 7, bits: 24 },
    "to-voltage": { bits: 24 },
    biquad: { filter: "high-pass", frequencyHz: 20, order: 4 },
  };
  const { batches: whole } = await run(registry, stages);
  const { runtime, sink } = chain(registry, stages);
  await using _ = runtime;
  await runtime.start();
  const found: Copy[] = [];
  for await (const batch of sink) {
    found.push(copyOf(batch));
    if (found.length % 50 !== 10) continue;
    await runtime.edit((edit) => {
      for (const name of ["acquisition", "biquad"] as const) {
        const type = registry.get(name) as unknown as NodeType<Record<string, unknown>>;
        edit.replace(name, type(stages[name]));
      }
    });
  }
  await runtime.finished;
  equal(found.length, 300);
  found.forEach((batch, k) => deepEqual(batch, whole[k], `batch ${k}`));
});

sensors("downsample changes the batch size, keeps times, and folds nothing onto what is kept", async (registry) => {
  const sine = (frequencyHz: number) => ({
    acquisition: { channels: 3, batchSize: 100, durationSeconds: 1, amplitudeVolts: 8, frequencyHz, bits: 24 },
    "to-voltage": { bits: 24 },
    downsample: { factor: 16, stopBandDb: 80 },
  });
  const { batches } = await run(registry, sine(200));
  ok(batches.slice(0, -1).every(({ columns }) => columns.ch0.length <= 7), "a batch for each that comes in");
  equal(all(batches, "ch0").length, 625);
  let endNs = 0;
  for (const { ptsNs, durationNs } of batches) {
    equal(ptsNs, endNs);
    endNs += durationNs;
  }
  all(batches, "ch2").slice(60, -60).forEach((value, k) => {
    const wanted = 8 * Math.sin(2 * Math.PI * 200 * (k + 60) * 16 / 10_000);
    ok(Math.abs(value - wanted) < 2e-3, `sample ${k + 60}: ${value}, wanted ${wanted}`);
  });
  // What the new rate of 625 Hz would show as 200 Hz.
  for (const folded of [425, 825, 4_175]) {
    const left = Math.max(...all((await run(registry, sine(folded))).batches, "ch0").slice(60, -60).map(Math.abs));
    ok(left < 8e-4, `${folded} Hz is left with ${20 * Math.log10(left / 8)} dB`);
  }
});

sensors("downsample begins anew after a gap", async (registry) => {
  const samples = new Float32Array(1_600).fill(1);
  const batches = [{ samples }, { samples, ptsNs: 5e9, discontinuity: true }];
  const found = await feed(registry, "downsample", { factor: 16 }, batches, 1_000);
  const flagged = found.findIndex(({ discontinuity }) => discontinuity);
  ok(flagged > 0);
  equal(found[flagged].ptsNs, 5e9);
  // What follows is complete up to the end of the stream, and what lies before has lost its end.
  equal(all(found.slice(flagged)).length, 100);
  ok(all(found.slice(0, flagged)).length < 100);
});

sensors("a sine shows in its bin, with its height, after all stages", async (registry) => {
  const stages = {
    acquisition: {
      channels: 64,
      sampleRateHz: 16_000,
      batchSize: 256,
      durationSeconds: 4.2,
      amplitudeVolts: 2,
      frequencyHz: 40 * 1_000 / 1_024,
      frequencyStepHz: 1_000 / 1_024,
      noiseVolts: 0.01,
    },
    "to-voltage": {},
    biquad: { filter: "low-pass", frequencyHz: 5_000, order: 4 },
    downsample: { factor: 16 },
    fft: { size: 1_024 },
  };
  const { batches, figures } = await run(registry, stages);
  equal(batches.length, 4);
  deepEqual(figures("fft"), { spectra: 4 });
  const { columns, ptsNs, durationNs } = batches[2];
  deepEqual([ptsNs, durationNs], [2 * 1.024e9, 1.024e9]);
  for (const channel of [0, 7, 63]) {
    const spectrum = columns[`ch${channel}`];
    equal(spectrum.length, 513);
    const highest = spectrum.indexOf(Math.max(...spectrum));
    equal(highest, 40 + channel);
    ok(Math.abs(spectrum[highest] - 2) < 0.01, `channel ${channel} has ${spectrum[highest]} V`);
    const others = spectrum.filter((_, k) => Math.abs(k - highest) > 2);
    ok(Math.max(...others) < 0.005, `channel ${channel} has ${Math.max(...others)} V beside its tone`);
  }
});

sensors("fft gives decibels, and pieces that overlap", async (registry) => {
  const samples = Float32Array.from({ length: 64 }, (_, n) => 10 * Math.cos(2 * Math.PI * n / 8));
  const config = { size: 32, hop: 16, window: "rectangular", scale: "decibels" };
  const found = await feed(registry, "fft", config, [{ samples }], 1_000);
  deepEqual(found.map(({ ptsNs }) => ptsNs), [0, 16e6, 32e6]);
  for (const { columns: { x, frequencyHz } } of found) {
    deepEqual([...frequencyHz], Array.from({ length: 17 }, (_, k) => k * 31.25));
    ok(Math.abs(x[4] - 20) < 1e-4, `${x[4]} dB`);
    ok(x.every((height, k) => k === 4 || height < -80));
  }
  const { runtime } = chain(registry, { acquisition: {}, "to-voltage": {}, fft: { size: 32, hop: 33 } });
  await rejects(runtime.start(), { message: /hop is 33, wanted at most the size, 32$/ });
});

sensors("trigger gives what surrounds each crossing", async (registry) => {
  // Rises through 0 at 100, 500, …, and falls through it at 300, 700, …, with a ripple that crosses it several times.
  const samples = Float32Array.from({ length: 2_000 }, (_, n) => 0.05 * (-1) ** n - Math.cos(Math.PI * n / 200));
  const pieces = [samples.subarray(0, 130), samples.subarray(130, 1_111), samples.subarray(1_111)];
  const batches = pieces.map((piece) => ({ samples: piece }));
  const config = { levelVolts: 0, hysteresisVolts: 0.2, beforeSamples: 20, afterSamples: 30 };
  const found = await feed(registry, "trigger", config, batches, 1_000);
  const crossings = [100, 500, 900, 1_300, 1_700];
  equal(found.length, crossings.length);
  found.forEach(({ ptsNs, durationNs, columns: { x } }, k) => {
    const from = Math.round(ptsNs / 1e6);
    ok(Math.abs(from + 20 - crossings[k]) <= 8, `crossing ${k} is at ${from + 20}`);
    deepEqual(x, [...samples.subarray(from, from + 50)]);
    ok(x[20] >= 0 && durationNs === 50e6);
  });
  const held = await feed(registry, "trigger", { ...config, holdOffSeconds: 0.5 }, batches, 1_000);
  equal(held.length, 3);
  const falling = await feed(registry, "trigger", { ...config, edge: "falling" }, batches, 1_000);
  ok(falling.every(({ ptsNs }, k) => Math.abs(ptsNs / 1e6 + 20 - (300 + 400 * k)) <= 8));
});

sensors("times are those of the batches that came in, however long it runs", async (registry) => {
  // 10 records at 44.1 kHz last 226757.37 ns, of which a duration has whole ones; and the source's clock is fast by 50 ppm.
  const [count, rateHz] = [2_000, 44_100];
  const atNs = (batch: number) => Math.round(batch * 10 * 1e9 / rateHz * (1 + 50e-6));
  const samples = new Float32Array(10), step = new Float32Array(10).fill(1);
  const batches = Array.from({ length: count }, (_, k) => ({
    samples: k === count - 3 ? step : samples,
    ptsNs: atNs(k),
    durationNs: Math.round(1e10 / rateHz),
  }));
  const lower = await feed(registry, "downsample", { factor: 10 }, batches, rateHz);
  deepEqual(lower.map(({ ptsNs }) => ptsNs).slice(0, 2), [0, atNs(1)]);
  const late = lower.findLast(({ columns: { x } }) => x.length === 1)!;
  ok(batches.some(({ ptsNs }) => ptsNs === late.ptsNs) && late.ptsNs > atNs(count - 100));
  const config = { levelVolts: 0.5, beforeSamples: 10, afterSamples: 10 };
  const [piece] = await feed(registry, "trigger", config, batches, rateHz);
  equal(piece.ptsNs, atNs(count - 4));
  const spectra = await feed(registry, "fft", { size: 40, hop: 20 }, batches, rateHz);
  deepEqual(spectra.map(({ ptsNs }) => ptsNs), Array.from({ length: count / 2 - 1 }, (_, k) => atNs(2 * k)));
});

sensors("a batch that begins elsewhere than the one before ended is behind a gap", async (registry) => {
  const samples = Float32Array.from({ length: 96 }, (_, n) => n % 32 < 16 ? -1 : 1);
  const batches = [{ samples }, { samples, ptsNs: 3e9 }];
  const spectra = await feed(registry, "fft", { size: 64 }, batches, 1_000);
  deepEqual(spectra.map(({ ptsNs, discontinuity }) => [ptsNs, discontinuity]), [[0, false], [3e9, true]]);
  const lower = await feed(registry, "downsample", { factor: 16 }, batches, 1_000);
  deepEqual(lower.filter(({ discontinuity }) => discontinuity).map(({ ptsNs }) => ptsNs), [3e9]);
});

sensors("trigger passes on a piece that a gap or the end cuts off, and counts it", async (registry) => {
  const samples = Float32Array.from({ length: 40 }, (_, n) => n < 35 ? -1 : 1);
  const { runtime, sink } = chain(registry, { trigger: { beforeSamples: 4, afterSamples: 192 } });
  await using _ = runtime;
  const source = runtime.add(appSource.packet({ fields: { x: "f32" } }), { id: "source" });
  runtime.connectByName("source.packet", "trigger.packetIn", { capacity: 4 });
  await runtime.start();
  const heard = gather(sink);
  await source.push({ columns: { x: samples }, durationNs: 40e6 });
  await source.push({ columns: { x: samples }, durationNs: 40e6, discontinuity: true });
  source.end();
  const wanted = { x: [...samples.subarray(31)] };
  deepEqual((await heard).map(({ ptsNs, durationNs, columns }) => [ptsNs, durationNs, columns]), [
    [31e6, 9e6, wanted],
    [71e6, 9e6, wanted],
  ]);
  const { nodes } = await runtime.finished;
  deepEqual(nodes.find(({ id }) => id === "trigger")?.figures, { triggers: 2, shortPieces: 2 });
});

sensors("a stage that cannot go on says what is wrong and what to do", async (registry) => {
  const cases: [Stages, RegExp][] = [
    [{ acquisition: {}, biquad: {} }, /a batch has columns that are no f32; put a "to-voltage"/],
    [
      { acquisition: {}, "to-voltage": {}, biquad: { frequencyHz: 5_000 } },
      /the frequency is 5000 Hz, wanted one below half the rate of 10000 Hz$/,
    ],
    [
      { acquisition: { channels: 2 }, "to-voltage": {}, trigger: { channel: 2 } },
      /channel 2 is to be looked at, and a batch has 2, from 0$/,
    ],
  ];
  for (const [stages, wanted] of cases) {
    const { runtime } = chain(registry, stages);
    await runtime.start();
    await rejects(runtime.finished, (error: Error) => (match(error.message, wanted), true));
  }
});
