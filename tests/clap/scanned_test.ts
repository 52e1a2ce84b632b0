/** Node types of `sluice clap scan`: the ports of one plugin, and its parameters as keys; and the inputs beside the main one. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { clap } from "../../stages.gen.ts";
import { answer } from "../cli/command_line.ts";
import { OddPlugins } from "../fixtures/clap/odd_plugins.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";

const RATE = 8_000;

const obstacle = noRustPlugin("clap");
const left = obstacle === undefined ? "" : ` (left out: ${obstacle})`;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name}${left}`, ignore: obstacle !== undefined, fn });
}

/** The odd plugins, the folder of their node types, what the command said, and the registry with them. */
async function scan() {
  plugins = await OddPlugins.make();
  const file = await plugins.add();
  const folder = `${plugins.folder}/nodes`;
  const told = await answer(["clap", "scan", file, "--folder", folder]);
  const { packages, refused } = await loadPlugins([folder]);
  deepEqual(refused, []);
  return { file, folder, told, registry: new NodeRegistry([nodePackage, ...packages]) };
}

let plugins: OddPlugins | undefined;
let made: ReturnType<typeof scan> | undefined;

/** Made once: a process loads a stage once. */
const scanned = () => made ??= scan();

Deno.test.afterAll(async () => await plugins?.[Symbol.asyncDispose]());

/** Blocks of sound in a row from a time on, or from several. */
type Sound = readonly { readonly samples: readonly number[]; readonly atSample?: number }[];

/** Puts sounds through a node with two inputs, and gives what comes out, with its times. */
async function mixed(
  add: (runtime: Runtime) => string,
  main: Sound,
  side: Sound,
  outputs: readonly string[],
  registry?: NodeRegistry,
) {
  const runtime = new Runtime({ native: "require", mode: "offline", registry });
  await using _ = runtime;
  const node = add(runtime);
  const link = { policy: "lossless" } as const;
  const push = ["audioIn", "audioIn2"].map((input, k) => {
    const source = runtime.add(appSource.audio({ sampleRateHz: RATE, channels: 1 }), { id: `source_${k}` });
    runtime.connectByName(`source_${k}.audio`, `${node}.${input}`, { ...link, capacity: 64 });
    return async () => {
      for (const { samples, atSample } of [main, side][k]) {
        const ptsNs = atSample === undefined ? undefined : atSample / RATE * 1e9;
        await source.push({ channels: [Float32Array.from(samples)], ptsNs });
      }
      source.end();
    };
  });
  const hear = outputs.map((output, k) => {
    const sink = runtime.add(appSink.audio(), { id: `sink_${k}` });
    runtime.connectByName(`${node}.${output}`, `sink_${k}.audio`, link);
    return async () => {
      const heard: number[] = [];
      for await (const frame of sink) {
        equal(Math.round(frame.ptsNs * RATE / 1e9), heard.length);
        heard.push(...frame.channel(0));
      }
      return heard;
    };
  });
  await runtime.start();
  const [heard] = await Promise.all([
    Promise.all(hear.map((each) => each())),
    Promise.allSettled(push.map((each) => each())),
    runtime.finished,
  ]);
  return heard;
}

const ones = (count: number): number[] => Array<number>(count).fill(1);
const ramp = (from: number, count: number): number[] => Array.from({ length: count }, (_, k) => from + k);

test("a second input is heard at its times, in blocks of any length, and is silent where nothing comes", async () => {
  const { file: path } = await scanned();
  const add = (runtime: Runtime) => runtime.add(clap({ path, plugin: "test.mixer", blockSize: 16 })).id;
  const main = [30, 1, 69].map((count) => ({ samples: ones(count) }));
  // Up to sample 50, and again from 60 on; the last ones come behind the end.
  const side = [
    { samples: ramp(10, 7) },
    { samples: ramp(17, 43) },
    { samples: ramp(70, 100), atSample: 60 },
  ];
  const [heard] = await mixed(add, main, side, ["audioOut"]);
  const wanted = ramp(0, 100).map((k) => k >= 50 && k < 60 ? 1 : 1 + 10 + k);
  deepEqual(heard, wanted);
});

test("sluice clap scan makes a node type for each plugin that can be used", async () => {
  const { told: { code, stdout, stderr }, registry } = await scanned();
  equal(code, 0);
  match(stderr, /^warning: test\.refuse of .*odd\.clap is left out: its function "init" answers false$/m);
  match(stderr, /^warning: test\.no-ports of .*odd\.clap is left out: it has no audio output$/m);
  match(stdout, /^test\.gain\n(?:.+\n)*11 node types are in /);
  const { inputs, outputs, config, description } = registry.getMetadata("test.mixer")!;
  const shown = [...inputs, ...outputs].map(({ name, optional, doc }) => `${name}${optional ? "?" : ""} ${doc}`);
  deepEqual(shown, [
    "audioIn In: 1 channel.",
    "eventsIn? Changes of parameters, notes and MIDI, each with its time.",
    "audioIn2? Side: 1 channel.",
    "audioOut Out: 1 channel.",
    "audioOut2? Difference: 1 channel.",
  ]);
  equal(description, "mixer: Gives the sum of its inputs, and their difference.");
  deepEqual(Object.keys(config!.properties!).sort(), [
    "blockSize",
    "parameters",
    "path",
    "plugin",
    "state",
    "tailSeconds",
    "waitMs",
  ]);
  const { level, mode, meter } = registry.getMetadata("test.gain")!.config!.properties!;
  deepEqual(level, {
    type: "number",
    minimum: 0,
    maximum: 2,
    "x-live": true,
    description: "Level; 1 without a value.",
  });
  deepEqual([mode.enum, meter], [["off", "soft", "hard"], undefined]);
  // Both outputs, and no sound of the side.
  const add = (runtime: Runtime) => runtime.addByType("test.mixer", { blockSize: 10 }).id;
  const side = [{ samples: ramp(0, 20) }];
  const found = await mixed(add, [{ samples: ones(20) }], side, ["audioOut", "audioOut2"], registry);
  deepEqual(found, [ramp(1, 20), ramp(0, 20).map((k) => 1 - k)]);
});

test("the keys of a scanned plugin set its parameters, and change while it runs", async () => {
  const { registry } = await scanned();
  const runtime = new Runtime({ native: "require", mode: "offline", registry });
  await using _ = runtime;
  const source = runtime.add(appSource.audio({ sampleRateHz: RATE, channels: 1 }), { id: "source" });
  runtime.addByType("test.gain", { level: 0.25, mode: "soft", blockSize: 1 }, { id: "gain" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "gain.audioIn");
  runtime.connectByName("gain.audioOut", "sink.audio");
  await runtime.start();
  const frames = sink[Symbol.asyncIterator]();
  const next = async () => {
    await source.push({ channels: [Float32Array.of(1)] });
    return (await frames.next()).value!.channel(0)[0];
  };
  equal(await next(), 0.25);
  const listed = async () => {
    const { parameters } = await runtime.command("gain", "parameters") as {
      parameters: { value: number }[];
    };
    return parameters.map(({ value }) => value);
  };
  deepEqual(await listed(), [0.25, 1, 0]);
  await runtime.configure("gain", { level: 0.5, mode: "hard" });
  equal(await next(), 0.5);
  deepEqual(await listed(), [0.5, 2, 0]);
  await rejects(runtime.configure("gain", { level: 2.5 }), /"level" is 2\.5, wanted a number from 0 to 2/);
  source.end();
  equal((await frames.next()).done, true);
  await runtime.finished;
});

test("a scan is made anew in its folder, leaves what is no scan alone, and says where it is damaged", async () => {
  const { file, folder } = await scanned();
  const other = `${folder}-other`;
  for (const _ of ["new", "made anew"]) {
    const { code, stdout } = await answer(["clap", "scan", file, "--folder", other, "--json"]);
    deepEqual([code, JSON.parse(stdout.split("\n")[0]).type], [0, "test.gain"]);
  }
  const { code, stderr } = await answer(["clap", "scan", file, "--folder", `${folder}/..`]);
  equal(code, 2);
  match(stderr, /is there already, and no folder of an earlier scan; name another one/);
  await Deno.writeTextFile(`${other}/clap-nodes.json`, "{");
  const { refused } = await loadPlugins([other]);
  match(refused[0].message, /its clap-nodes\.json is damaged: EOF .*; make it anew by "sluice clap scan"/);
});
