/** Stages that crash in the runtime's process: it ends, and standard error says by whom. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const TYPE = "com.example.crash";

let folder: Promise<PluginFolder> | undefined;

async function built(): Promise<string> {
  folder ??= PluginFolder.make().then(async (made) => {
    await made.addC("crash", { file: "crash.c" });
    return made;
  });
  return (await folder).path;
}

Deno.test.afterAll(async () => await (await folder)?.[Symbol.asyncDispose]());

function crashing(name: string, fn: (path: string) => Promise<void>): void {
  const title = noPlugins === undefined ? name : `${name} (left out: ${noPlugins})`;
  Deno.test({
    name: `stage crashes: ${title}`,
    ignore: noPlugins !== undefined,
    fn: async () => await fn(await built()),
  });
}

function graphOf(path: string, config: object, options: object = {}): string {
  return JSON.stringify({
    version: 1,
    mode: "offline",
    nodes: {
      tone: { type: "tone-source", config: { durationSeconds: 0.1 } },
      bad: { type: TYPE, config, ...options },
      end: { type: "wav-sink", config: { path: `${path}/end.wav` } },
    },
    links: [{ from: "tone.audio", to: "bad.audioIn" }, { from: "bad.audioOut", to: "end.audio" }],
  });
}

/** Runs a graph by the command, with the stage as it is configured. */
async function run(path: string, config: object, options: object = {}) {
  const graph = `${path}/graph.json`;
  await Deno.writeTextFile(graph, graphOf(path, config, options));
  const { code, signal, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "run", graph, "--plugins", path, "--quiet"],
    env: { SLUICE_NATIVE: "require", NO_COLOR: "1" },
  }).output();
  return { code, signal, lines: new TextDecoder().decode(stderr).trimEnd().split("\n") };
}

const MEMORY = "SIGSEGV, an access to memory that it does not have";
const CASES: readonly (readonly [place: string, way: string, signal: Deno.Signal, meaning: string])[] = [
  ["process", "write", "SIGSEGV", MEMORY],
  ["create", "write", "SIGSEGV", MEMORY],
  ["destroy", "write", "SIGSEGV", MEMORY],
  ["process", "abort", "SIGABRT", "SIGABRT, by itself"],
  ["process", "trap", "SIGILL", "SIGILL, an instruction that does not exist"],
  ["process", "overflow", "SIGSEGV", "SIGSEGV, an overflow of its stack"],
];

for (const [place, way, wanted, meaning] of CASES) {
  crashing(`one in ${place} by ${way} ends the command by ${wanted}, and is named`, async (path) => {
    const { signal, lines } = await run(path, { place, way });
    equal(signal, wanted, lines.join("\n"));
    const told = lines.filter((line) => line.includes("crashed"));
    deepEqual(told, [
      `error: Node "bad" (${TYPE}) crashed in ${place}() by ${meaning}; this ends the whole process; run the node ` +
      'with isolate: "process", so that a crash ends its stage alone',
    ]);
  });
}

crashing("one in a process of its own ends that alone, and is told of once", async (path) => {
  const { code, signal, lines } = await run(path, { place: "process" }, { isolate: "process" });
  deepEqual([code !== 0, signal], [true, null]);
  const told = lines.filter((line) => line.includes("SIGSEGV"));
  equal(told.length, 1, lines.join("\n"));
  match(told[0], /"bad"/);
  equal(lines.some((line) => line.includes("ends the whole process")), false);
});

/** A module with a function that reads outside of its memory, and one that is not to be reached. */
const TRAPS = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 5, 1, 96, 0, 1, 127],
  ...[3, 3, 2, 0, 0],
  ...[5, 3, 1, 0, 1],
  ...[7, 9, 2, 1, 97, 0, 0, 1, 98, 0, 1],
  ...[10, 17, 2, 11, 0, 65, 128, 128, 128, 128, 7, 40, 2, 0, 11, 3, 0, 0, 11],
);

crashing("traps of WebAssembly are caught as ever beside a native lane, and an ordinary run ends", async (path) => {
  const { packages, refused } = await loadPlugins([path]);
  deepEqual(refused, []);
  const runtime = new Runtime({
    native: "require",
    mode: "offline",
    registry: new NodeRegistry([nodePackage, ...packages]),
  });
  await using _ = runtime;
  runtime.addByType("tone-source", { durationSeconds: 0.1 }, { id: "tone" });
  runtime.addByType(TYPE, {}, { id: "stage" });
  runtime.addByType("wav-sink", { path: `${path}/end.wav` }, { id: "end" });
  runtime.connectByName("tone.audio", "stage.audioIn");
  runtime.connectByName("stage.audioOut", "end.audio");
  await runtime.start();
  const { instance } = await WebAssembly.instantiate(TRAPS);
  const { a, b } = instance.exports as { a(): number; b(): number };
  throws(a, WebAssembly.RuntimeError);
  throws(b, WebAssembly.RuntimeError);
  equal((await runtime.finished).outcome, "completed");
});
