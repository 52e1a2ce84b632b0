/**
 * Shaders on the graphics processor beside a program of wgpu alone.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appSink } from "../../core/app/app_sink.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noRustPlugin, PluginFolder } from "../../tests/fixtures/plugins/build.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare } from "../measure.ts";

const FRAMES = 60;
const MANIFEST = fileURLToPath(new URL("../../Cargo.toml", import.meta.url));
const SOURCE = fileURLToPath(new URL("../nodes/blank_pictures.c", import.meta.url));

const CODE = `fn shade(uv: vec2f) -> vec4f {
  let colour = textureSampleLevel(video, videoSampler, uv, 0.0);
  return vec4f(1.0 - colour.rgb, colour.a);
}`;

export const gpu: Benchmark = {
  name: "gpu",
  about:
    "A picture of 1080p in RGBA is uploaded, drawn by three shaders of one lane, and read back for a script; beside a " +
    "program of wgpu alone that does the same. On machines without a graphics processor both run on Mesa's lavapipe.",
  async run({ runs, skip }) {
    const missing = noRustPlugin("gpu");
    if (missing !== undefined) {
      skip(missing);
      return [];
    }
    await using folder = await PluginFolder.make();
    await folder.addRust("gpu");
    await folder.addC("blank", { text: await Deno.readTextFile(SOURCE) });
    const { packages, refused } = await loadPlugins([folder.path]);
    deepEqual(refused, []);
    const registry = new NodeRegistry(packages);
    // Made before it is timed.
    await bare(1);
    return [
      await compare(runs, {
        what: "1080p: upload, three shaders, read-back, a picture",
        peer: "wgpu alone",
        goal: { of: "cost", limit: 1.2 },
        ours: async () =>
          (await shaders(registry, FRAMES + FRAMES / 10) - await shaders(registry, FRAMES / 10)) / FRAMES,
        theirs: () => bare(FRAMES),
      }),
    ];
  },
};

/** @returns nanoseconds of all, the start included */
async function shaders(registry: NodeRegistry, count: number): Promise<number> {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.addByType("com.example.blank-pictures", { count }, { id: "source", lane: "gpu" });
  const link = { policy: "lossless", capacity: 4 } as const;
  let last = "source.video";
  for (const id of ["a", "b", "c"]) {
    runtime.addByType("shader", { code: CODE }, { id, lane: "gpu" });
    runtime.connectByName(last, `${id}.videoIn`, link);
    last = `${id}.videoOut`;
  }
  runtime.connectByName(last, "sink.video", link);
  const fromMs = performance.now();
  await runtime.start();
  let come = 0;
  for await (const picture of sink) {
    if (come++ === 0) deepEqual([...picture.plane(0).subarray(0, 4)], [215, 215, 215, 255]);
  }
  const { nodes } = await runtime.finished;
  const ns = (performance.now() - fromMs) * 1e6;
  const counted = (id: string) => nodes.find((node) => node.id === id)?.figures;
  deepEqual([come, counted("a")?.uploads, counted("b")?.uploads, counted("c")?.readbacks], [count, count, 0, count]);
  return ns;
}

/** @returns nanoseconds a picture */
async function bare(count: number): Promise<number> {
  const example = ["--package", "sluice-plugin-gpu", "--example", "bare"];
  const { code, stdout, stderr } = await new Deno.Command("cargo", {
    args: ["run", "--quiet", "--release", "--locked", "--manifest-path", MANIFEST, ...example, "--", `${count}`],
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const [ns, level] = new TextDecoder().decode(stdout).split(" ").map(Number);
  equal(level, 215);
  return ns;
}
