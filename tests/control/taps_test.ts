/** Looks into running graphs: what is seen, and that the graph notices nothing. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { ControlClient } from "../../control/client/client.ts";
import type { TapMessage } from "../../control/schemas/tap.ts";
import { type OpenTap, Taps } from "../../control/taps/taps.ts";
import type { TapReading } from "../../control/taps/tap_reading.ts";
import { appSource } from "../../core/app/app_source.ts";
import { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { nodes } from "../../sluice.gen.ts";
import { assertCounted } from "../fixtures/accounted.ts";
import { eachDriver } from "../fixtures/each_driver.ts";
import { countHidden } from "../fixtures/hidden_nodes.ts";
import { inTime, sleep, until } from "../fixtures/waiting.ts";
import { serveLive } from "./served.ts";
import { rare } from "../fixtures/rare.ts";

/** A tap, and what it has given so far. */
interface Seen {
  readonly tap: OpenTap;
  readonly readings: Pick<TapReading, "head" | "payload">[];
  /** Why it has ended by itself; empty before. */
  ended: string;
}

async function look(taps: Taps, params: Parameters<Taps["open"]>[0]): Promise<Seen> {
  const readings: Seen["readings"] = [];
  const seen: Partial<Seen> & { ended: string } = { readings, ended: "" };
  const tap = await taps.open(params, {
    reading: (reading) => readings.push(reading),
    ended: (reason) => seen.ended = reason,
  });
  return Object.assign(seen, { tap, readings });
}

/** Starts a tone of -6.02 dB at 1 kHz, a gain of -6 dB and a meter. */
async function startTone(native: "require" | "off", mode: "live" | "offline" = "live") {
  const runtime = new Runtime({ mode, native });
  const tone = runtime.add(nodes.toneSource({ frequencyHz: 1_000, amplitude: 0.5 }), { id: "tone" });
  const gain = runtime.add(nodes.gain({ gainDb: -6 }), { id: "gain" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, meter.inputs.audioIn);
  await runtime.start();
  return runtime;
}

/** Returns all that is seen of a graph from outside. */
function shown(runtime: Runtime) {
  const { nodes, links, lanes } = runtime.stats();
  const { version, types: _types, ...view } = viewRuntime(runtime);
  return {
    version,
    graph: runtime.graph(),
    nodes: nodes.map(({ id, state }) => `${id} ${state}`),
    links: links.map(({ id, from, to }) => `${id} ${from} ${to}`),
    lanes: lanes.map(({ name }) => name),
    viewed: [...view.nodes, ...view.links, ...view.session!.lanes.map(({ name }) => ({ id: name }))].map(({ id }) =>
      id
    ),
    ports: runtime.portInfo("gain").map(({ links }) => links),
    ofOutput: runtime.links("gain.audioOut").map(({ id }) => id),
    planned: runtime.plan((edit) => edit.remove("gain")),
    latencies: runtime.latencies().map(({ source, sink }) => `${source} ${sink}`),
  };
}

eachDriver("taps of a tone tell its level, its frequency, its shape and its samples", async (native) => {
  await using runtime = await startTone(native);
  using taps = new Taps(runtime);
  const levels = await look(taps, { output: "gain.audioOut" });
  const spectrum = await look(taps, { output: "tone.audio", what: "spectrum" });
  const waveform = await look(taps, { link: "link0", what: "waveform" });
  const sound = await look(taps, { output: "tone.audio", what: "raw" });
  const all = [levels, spectrum, waveform, sound];
  await until(() => all.every(({ readings }) => readings.length >= 3));
  deepEqual([levels.tap.what, levels.tap.kind, levels.tap.output], ["levels", "audio", "gain.audioOut"]);
  const near = (found: number, wanted: number, by: number) => ok(Math.abs(found - wanted) < by, `${found}, ${wanted}`);
  for (const { head } of levels.readings) {
    near((head.peakDb as number[])[0], -12.02, 0.02);
    near((head.rmsDb as number[])[0], -15.03, 0.2);
  }
  for (const { head, payload } of spectrum.readings) {
    near(head.peakHz as number, 1_000, 1);
    near(head.peakDb as number, -6.7, 0.8);
    equal(payload!.byteLength, 4 * (head.bins as number));
  }
  for (const { head, payload } of waveform.readings) {
    const columns = new Float32Array(payload!.slice().buffer);
    equal(columns.length, 2 * (head.columns as number));
    near(columns[0], -0.5, 0.01);
    near(columns[1], 0.5, 0.01);
  }
  for (const { head, payload } of sound.readings) {
    const samples = new Float32Array(payload!.slice().buffer);
    equal(samples.length, head.samples);
    near(samples[1], 2 * Math.cos(2 * Math.PI / 48) * samples[0] - samples[47], 1e-5);
  }
  // Blocks follow each other without a gap.
  const [first, second] = sound.readings.map(({ head }) => head as { ptsNs: number; samples: number });
  near(second.ptsNs, first.ptsNs + first.samples / 48_000 * 1e9, 10);
  await runtime.stop();
});

rare(eachDriver)(
  "no view of a graph shows a tap, and a tap that comes and goes 100 times leaves nothing",
  async (native) => {
    await using runtime = await startTone(native);
    using taps = new Taps(runtime);
    const events: string[] = [];
    runtime.events.on("*", ({ topic, kind }) => void events.push(`${topic} ${kind}`));
    await sleep(20);
    events.length = 0;
    const before = shown(runtime);
    const pools = runtime.stats().pools.map(({ name, slots }) => `${name} ${slots}`);
    for (let k = 0; k < 100; k++) {
      const seen = await look(taps, { output: "gain.audioOut", ...(k % 2 === 1 && { what: "raw" }) });
      if (k === 0) await until(() => seen.readings.length > 0);
      deepEqual(shown(runtime), before);
      await seen.tap.close();
    }
    deepEqual(shown(runtime), before);
    deepEqual(events, []);
    equal(taps.size, 0);
    deepEqual(runtime.stats().pools.map(({ name, slots }) => `${name} ${slots}`), pools);
    const summary = (await runtime.stop())!;
    for (const { exhausted, free, slots } of summary.pools) deepEqual([exhausted, free], [0, slots]);
    assertCounted(summary);
  },
);

eachDriver("viewers of an output share a hidden node, which goes with the last of them", async (native) => {
  await using runtime = await startTone(native);
  const hidden = countHidden(runtime);
  const taps = new Taps(runtime);
  const levels = [await look(taps, { output: "tone.audio" }), await look(taps, { output: "tone.audio" })];
  const spectrum = await look(taps, { output: "tone.audio", what: "spectrum" });
  equal(hidden(), 1);
  // Both have the same readings: each is made once.
  const heads = (k: number) => levels[k].readings.map(({ head }) => head);
  await until(() => heads(0).some((head) => heads(1).includes(head)));
  const other = await look(taps, { output: "gain.audioOut" });
  equal(hidden(), 2);
  await other.tap.close();
  equal(hidden(), 1);
  await levels[0].tap.close();
  await spectrum.tap.close();
  const readings = levels[1].readings.length;
  await until(() => levels[1].readings.length > readings);
  await levels[1].tap.close();
  equal(hidden(), 0);
  // Closed twice, it stays gone.
  await levels[1].tap.close();
  const last = await look(taps, { output: "tone.audio" });
  equal(hidden(), 1);
  taps[Symbol.dispose]();
  equal(last.ended, "the server is closed");
  await until(() => hidden() === 0);
  await runtime.stop();
});

Deno.test("the writer gives a tap as many frames as its view wants, and no more", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off" });
  const values = runtime.add(appSource.data<unknown>(), { id: "values" });
  await runtime.start();
  using taps = new Taps(runtime);
  const seen = await look(taps, { output: "values.data", rate: 1 });
  let given = 0;
  // A value is read when it leaves its lane.
  const value = {
    get number() {
      return ++given;
    },
  };
  for (let k = 0; k < 300; k++) await values.push({ value });
  await until(() => seen.readings.length > 0);
  ok(given > 0 && given <= 60, `${given} of 300 values were given to the tap`);
  await runtime.stop();
});

Deno.test("readings come at the rate of their view, and each viewer has its own", async () => {
  await using runtime = new Runtime({ mode: "live" });
  runtime.add(nodes.toneSource(), { id: "tone" });
  runtime.add(nodes.patternSource({ width: 64, height: 36, frameRate: 60 }), { id: "pattern" });
  runtime.add(nodes.scale({ width: 32, height: 18 }), { id: "scale" });
  runtime.connectByName("pattern.video", "scale.videoIn");
  await runtime.start();
  using taps = new Taps(runtime);
  const slow = await look(taps, { output: "tone.audio", rate: 5 });
  const fast = await look(taps, { output: "tone.audio", rate: 20 });
  const picture = await look(taps, { output: "pattern.video", rate: 100 });
  for (const [{ readings }, rate] of [[fast, 20], [slow, 5], [picture, 15]] as const) {
    await until(() => readings.length > rate);
    const [first, last] = [readings[0], readings[rate]].map(({ head }) => head.ptsNs as number);
    ok(last - first > 0.75e9, `${rate} readings in ${(last - first) / 1e9} s`);
  }
  await runtime.stop();
});

Deno.test("a runtime has 64 taps at most", async () => {
  await using runtime = await startTone("off");
  using taps = new Taps(runtime);
  const all = await Promise.all(Array.from({ length: 64 }, () => look(taps, { output: "tone.audio" })));
  equal(taps.size, 64);
  await rejects(look(taps, { output: "tone.audio" }), {
    code: "Busy",
    message: /64 taps are open, the most; close one/,
  });
  await all[0].tap.close();
  await look(taps, { output: "gain.audioOut" });
  await runtime.stop();
});

eachDriver("a run ends while taps are open as it ends without them, and its figures stay", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const tone = runtime.add(nodes.toneSource({ durationSeconds: 1 }), { id: "tone" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
  await runtime.start();
  using taps = new Taps(runtime);
  const seen = await look(taps, { link: "link0", what: "raw" });
  const summary = await inTime(runtime.finished);
  equal(summary.outcome, "completed");
  for (const { exhausted, free, slots } of summary.pools) deepEqual([exhausted, free], [0, slots]);
  assertCounted(summary);
  await until(() => seen.ended !== "");
  equal(seen.ended, "the graph has ended");
  deepEqual(runtime.stats().nodes.map(({ id }) => id), ["tone", "meter"]);
  await rejects(look(taps, { link: "link0" }), { code: "Busy" });
  await runtime.start();
  const again = await look(taps, { link: "link0" });
  await until(() => again.readings.length > 0);
  await runtime.stop();
});

eachDriver(
  "a tap ends with its output, stays with a node that is replaced, and stands in no edit's way",
  async (native) => {
    await using runtime = await startTone(native);
    using taps = new Taps(runtime);
    const seen = await look(taps, { output: "gain.audioOut" });
    const more = await look(taps, { output: "tone.audio" });
    await until(() => seen.readings.length > 0);
    await runtime.replace("gain", nodes.gain({ gainDb: 0 }));
    await runtime.move("gain", "elsewhere");
    const peak = () => (seen.readings.at(-1)!.head.peakDb as number[])[0];
    await until(() => Math.abs(peak() + 6.02) < 0.1);
    // Nothing is left there that the tap could read.
    await runtime.edit((edit) => {
      edit.disconnect("link0");
      edit.disconnect("link1");
      // The next link has the number that it would have had without taps.
      equal(edit.connectByName("tone.audio", "meter.audioIn"), "link2");
      edit.replace("gain", nodes.spectrum());
    });
    await until(() => seen.ended !== "");
    await runtime.remove("tone");
    await until(() => more.ended !== "");
    match(more.ended);
    equal(taps.size, 0);
    await until(() => runtime.stats().lanes.every(({ name }) => !name.startsWith("~")));
    await runtime.stop();
  },
);

function match(reason: string): void {
  equal(reason, "its output is no longer in the graph");
}

eachDriver(
  "taps show values and records, leave out what cannot leave its lane, and pictures as JPEG",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const values = runtime.add(appSource.data<unknown>(), { id: "values" });
    const records = runtime.add(appSource.packet({ fields: { x: "f32", n: "i32" } }), { id: "records" });
    const pictures = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 640, height: 360 }), {
      id: "pictures",
    });
    await runtime.start();
    using taps = new Taps(runtime);
    const value = await look(taps, { output: "values.data", rate: 1_000 });
    const record = await look(taps, { output: "records.packet", rate: 1_000 });
    const picture = await look(taps, { output: "pictures.video" });
    const raw = await look(taps, { output: "pictures.video", what: "raw" });
    const plane = new Uint8Array(640 * 4 * 360).fill(200);
    await values.push({ value: () => "no data" });
    await values.push({ value: { deep: [1, new Float32Array([2])], text: "x" } });
    await records.push({ columns: { x: [1.5, 2.5, 3.5], n: [1, 2, 3] } });
    await pictures.push({ planes: [plane] });
    await until(() => [value, record, picture, raw].every(({ readings }) => readings.length > 0));
    deepEqual(value.readings[0].head.value, { deep: [1, [2]], text: "x" });
    const { head, payload } = record.readings[0];
    deepEqual([head.fields, head.batchSize], [{ x: "f32", n: "i32" }, 3]);
    deepEqual([...new Float32Array(payload!.slice(0, 12).buffer)], [1.5, 2.5, 3.5]);
    deepEqual([...new Int32Array(payload!.slice(16, 28).buffer)], [1, 2, 3]);
    deepEqual(probe(picture.readings[0].payload!), "mjpeg,480,270");
    deepEqual(raw.readings[0].payload, plane);
    await runtime.stop();
  },
);

function probe(jpeg: Uint8Array): string {
  const path = Deno.makeTempFileSync({ suffix: ".jpg" });
  Deno.writeFileSync(path, jpeg);
  const args = ["-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", path];
  const { stdout } = new Deno.Command("ffprobe", { args, stdout: "piped" }).outputSync();
  Deno.removeSync(path);
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("a tap of a native stage gives its pictures, at most 15 a second and 480 wide", async () => {
  await using runtime = new Runtime({ mode: "live" });
  const pattern = runtime.add(nodes.patternSource({ width: 1920, height: 1080, frameRate: 30 }), { id: "pattern" });
  const scale = runtime.add(nodes.scale({ width: 64, height: 36 }), { id: "scale" });
  runtime.connect(pattern.outputs.video, scale.inputs.videoIn);
  await runtime.start();
  using taps = new Taps(runtime);
  const { tap, readings } = await look(taps, { link: "link0", rate: 100 });
  equal(tap.rate, 15);
  await until(() => readings.length >= 5);
  equal(probe(readings[0].payload!), "mjpeg,480,270");
  const numbers = readings.map(({ head }) => head.ptsNs as number);
  for (let k = 1; k < numbers.length; k++) ok(numbers[k] > numbers[k - 1]);
  const small = await look(taps, { link: "link0", rate: 100, width: 160 });
  await until(() => small.readings.length >= 1);
  equal(probe(small.readings[0].payload!), "mjpeg,160,90");
  const { exhausted } = runtime.stats().pools.find(({ name }) => name === "video")!;
  equal(exhausted, 0);
  await runtime.stop();
});

Deno.test("tap.open over /rpc sends readings until tap.close, and says what there is", async () => {
  await using served = await serveLive("off", { limits: { taps: 2 } });
  const client = new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` });
  try {
    await client.ready();
    const readings: TapMessage[] = [];
    client.on("tap", (reading) => readings.push(reading));
    const opened = await client.call("tap.open", { link: "link1" });
    deepEqual([opened.output, opened.kind, opened.what], ["gain.audioOut", "audio", "levels"]);
    await until(() => readings.length >= 2);
    ok(readings.every(({ subscription }) => subscription === opened.subscription));
    deepEqual(Object.keys(readings[0].head), [
      "ptsNs",
      "sequence",
      "ingressNs",
      "channels",
      "sampleRateHz",
      "peakDb",
      "rmsDb",
    ]);
    const refused = async (params: object, code: string, message: RegExp) => {
      await rejects(client.call("tap.open", params as never), (error: Error & { code: string }) => {
        equal(error.code, code);
        ok(message.test(error.message), error.message);
        return true;
      });
    };
    await refused({ link: "link9" }, "LinkNotFound", /links: "link0 \(tone\.audio to gain\.audioIn\)"/);
    await refused({ output: "gain.out" }, "PortNotFound", /outputs: "audioOut"/);
    await refused({}, "InvalidConfig", /"link", the id of a link, or "output"/);
    await refused({ link: "link0", what: "image" }, "InvalidConfig", /it carries audio; wanted "levels"/);
    await refused({ link: "link0", width: 160 }, "InvalidConfig", /by "levels" with a "width": only "image" has one/);
    await client.call("tap.open", { output: "tone.audio", what: "raw" });
    await refused({ link: "link0" }, "TooManySubscriptions", /2 taps of this connection are open/);
    await client.call("tap.close", { subscription: opened.subscription });
    await rejects(client.call("tap.close", { subscription: opened.subscription }), { code: "SubscriptionNotFound" });
    await client.call("tap.open", { link: "link0" });
  } finally {
    client.close();
  }
  await served.stopAndCheck();
});

Deno.test("the hidden nodes of a client go with its connection", async () => {
  await using served = await serveLive("off");
  const hidden = countHidden(served.runtime);
  const clients = [1, 2].map(() => new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` }));
  for (const client of clients) {
    await client.ready();
    await client.call("tap.open", { link: "link0" });
    await client.call("tap.open", { link: "link1" });
  }
  equal(hidden(), 2);
  clients[0].close();
  await sleep(200);
  equal(hidden(), 2);
  clients[1].close();
  await until(() => hidden() === 0);
  await served.stopAndCheck();
});

Deno.test("a server with taps: false refuses to look into its graph", async () => {
  await using served = await serveLive("off", { taps: false });
  const client = new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` });
  await client.ready();
  await rejects(client.call("tap.open", { link: "link0" }), { code: "AccessDenied" });
  client.close();
  await served.stopAndCheck();
});
