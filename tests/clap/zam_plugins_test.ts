/** The stage `clap` with the plugins of Debian's package zam-plugins: each loads, processes, saves and goes on. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { Runtime } from "../../core/runtime.ts";
import { clap, type ClapConfig } from "../../stages.gen.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";

const FOLDER = "/usr/lib/clap";
const RATE = 48_000;

/** Plugins with two channels; the others have one. */
const isStereo = (name: string): boolean => name.endsWith("X2") || name === "ZamVerb";

const names = findNames();
const obstacle = noRustPlugin("clap") ?? (names.length > 0 ? undefined : "install Debian's zam-plugins");
if (names.length === 0 && Deno.env.get("CI")) throw new Error("the tests of clap need Debian's package zam-plugins");

function findNames(): string[] {
  try {
    const all = [...Deno.readDirSync(FOLDER)].map(({ name }) => /^(Za.*)\.clap$/.exec(name)?.[1]);
    return all.filter((name) => name !== undefined).sort();
  } catch {
    return [];
  }
}

function test(name: string, fn: () => Promise<void>, register: (each: Deno.TestDefinition) => void = Deno.test): void {
  const title = `zam-plugins: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  register({ name: title, ignore: obstacle !== undefined, fn });
}

/** A graph of the plugin between this script's own ends. */
function graphOf(name: string, config: Partial<ClapConfig> = {}) {
  const channels = isStereo(name) ? 2 : 1;
  const runtime = new Runtime({ native: "require", mode: "offline" });
  const source = runtime.add(appSource.audio({ sampleRateHz: RATE, channels }), { id: "source" });
  const node = runtime.add(clap({ path: name, ...config }), { id: "clap" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connect(source.outputs.audio, node.inputs.audioIn, { policy: "lossless" });
  runtime.connect(node.outputs.audioOut, sink.inputs.audio, { policy: "lossless" });
  return { runtime, source, sink, channels };
}

/** A tone of 1 kHz, a quarter as high as it may be. */
function tone(from: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => 0.25 * Math.sin(2 * Math.PI * 1_000 * (from + k) / RATE));
}

/** Puts a tone through a plugin in blocks of some lengths. */
async function play(name: string, lengths: readonly number[], config: Partial<ClapConfig> = {}) {
  const { runtime, source, sink, channels } = graphOf(name, config);
  await using _ = runtime;
  await runtime.start();
  const push = async () => {
    let at = 0;
    for (const count of lengths) {
      await source.push({ channels: Array<Float32Array>(channels).fill(tone(at, count)) });
      at += count;
    }
    source.end();
  };
  const hear = async () => {
    const samples: number[] = [];
    for await (const frame of sink) {
      equal(frame.channels, channels);
      equal(Math.round(frame.ptsNs * RATE / 1e9), samples.length);
      samples.push(...frame.channel(0));
    }
    return samples;
  };
  const [samples, summary] = await Promise.all([hear(), runtime.finished, push()]);
  return { samples, figures: summary.nodes.find(({ id }) => id === "clap")!.figures! };
}

/** Values of parameters by name, and the state. */
async function stateOf(runtime: Runtime) {
  const { parameters } = await runtime.command("clap", "parameters") as {
    parameters: { id: number; value: number; minimum: number; maximum: number; readOnly: boolean }[];
  };
  const { state } = await runtime.command("clap", "saveState") as { state: string };
  return { parameters, state };
}

/** Starts a plugin, and asks it for its state. @param config what it begins with */
async function started(name: string, config: Partial<ClapConfig> = {}) {
  const { runtime, source, sink, channels } = graphOf(name, config);
  await using _ = runtime;
  await runtime.start();
  await source.push({ channels: Array<Float32Array>(channels).fill(tone(0, 64)) });
  const found = await stateOf(runtime);
  source.end();
  const heard = Array.fromAsync(sink, () => {});
  await Promise.all([runtime.finished, heard]);
  return found;
}

test("one that is late by 480 samples gives as many as it gets, and none later", async () => {
  const { samples, figures } = await play("ZaMaximX2", [1, 64, 1_000, 4_096]);
  equal(figures.latencySamples, 480);
  // What it makes of a tone below its threshold is that tone.
  const sent = tone(0, 5_161);
  ok(samples.length >= sent.length);
  sent.slice(0, 5_000).forEach((sample, k) => ok(Math.abs(samples[k] - sample) < 1e-3, `sample ${k} is ${samples[k]}`));
});

test("a state is begun with", async () => {
  const { state } = await started("ZamComp", { parameters: { Threshold: -33 } });
  const { parameters } = await started("ZamComp", { state });
  ok(parameters.some(({ value }) => value === -33));
});

/** Whose sound depends on the length of its blocks: one convolves with blocks of their length, two follow slow movements. */
const FOLLOW_BLOCKS = ["ZamDelay", "ZamGrains", "ZamVerb"];

/** Whose output is its input as long as nothing is set. */
const NEUTRAL = [
  "ZaMaximX2",
  "ZaMultiComp",
  "ZaMultiCompX2",
  "ZamComp",
  "ZamCompX2",
  "ZamEQ2",
  "ZamGEQ31",
  "ZamHeadX2",
];

/** One plugin sums what its threads give in the order in which they are ready. */
function alike(found: readonly number[], wanted: readonly number[], count: number): void {
  for (let k = 0; k < count; k++) {
    ok(Math.abs(found[k] - wanted[k]) < 1e-6, `sample ${k} is ${found[k]}, wanted ${wanted[k]}`);
  }
}

for (const name of names) {
  test(`${name} loads, processes blocks of any length, saves and goes on`, async () => {
    const lengths = [1, 64, 1_000, 4_096, 1, 4_096];
    const whole = lengths.reduce((sum, count) => sum + count);
    const sent = tone(0, whole);
    const { samples, figures } = await play(name, lengths);
    equal(figures.blocks, lengths.length);
    ok(samples.length >= whole, `${samples.length} samples of ${whole}`);
    ok(Math.max(...samples) > 0.01, "it is silent");
    const differs = sent.some((sample, k) => Math.abs(samples[k] - sample) > 1e-3);
    equal(differs, !NEUTRAL.includes(name));
    // The same sound, however the samples came, and however few the plugin gets at once.
    const other = await play(name, Array<number>(Math.ceil(whole / 480)).fill(480));
    alike(other.samples, samples, whole);
    for (const blockSize of FOLLOW_BLOCKS.includes(name) ? [] : [1, 64, 1_000, 4_096]) {
      const { samples: others } = await play(name, lengths, { blockSize });
      alike(others, samples, whole);
    }
    const before = await started(name);
    const changed = before.parameters.find(({ readOnly, minimum, maximum, value }) =>
      !readOnly && minimum < maximum && value !== minimum
    );
    if (changed === undefined) return;
    const { state } = await started(name, { parameters: { [changed.id]: changed.minimum } });
    const { parameters } = await started(name, { state });
    const wanted = before.parameters.map((each) => each.id === changed.id ? changed.minimum : each.value);
    deepEqual(parameters.map(({ value }) => value), wanted);
  }, (definition) => rare(Deno.test)(definition));
}

test("all 17 are there", () => {
  equal(names.length, 17);
  return Promise.resolve();
});
