/** Stages that crash in the runtime's process: it ends, and standard error says by whom. */
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** Each has a folder of its own: what `recovering` installs, all of the process have. */
type Plugin = "crash" | "recovering";
const folders = new Map<Plugin, Promise<PluginFolder>>();

async function built(plugin: Plugin): Promise<string> {
  const folder = folders.get(plugin) ?? PluginFolder.make().then(async (made) => {
    await made.addC(plugin, { file: `${plugin}.c` });
    return made;
  });
  folders.set(plugin, folder);
  return (await folder).path;
}

Deno.test.afterAll(async () => {
  for (const folder of folders.values()) await (await folder)[Symbol.asyncDispose]();
});

function crashing(name: string, fn: () => Promise<void>): void {
  const title = noPlugins === undefined ? name : `${name} (left out: ${noPlugins})`;
  Deno.test({ name: `stage crashes: ${title}`, ignore: noPlugins !== undefined, fn });
}

let graphs = 0;

function graphOf(plugin: Plugin, path: string, config: object, options: object): string {
  return JSON.stringify({
    version: 1,
    mode: "offline",
    nodes: {
      tone: { type: "tone-source", config: { durationSeconds: 0.1 } },
      bad: { type: `com.example.${plugin}`, config, ...options },
      // A run that is broken off leaves a part of it.
      end: { type: "wav-sink", config: { path: `${path}/end${++graphs}.wav` } },
    },
    links: [{ from: "tone.audio", to: "bad.audioIn" }, { from: "bad.audioOut", to: "end.audio" }],
  });
}

/** Runs a graph by the command, with the stage as it is configured. */
async function run(plugin: Plugin, config: object, options: object = {}) {
  const path = await built(plugin);
  const graph = `${path}/graph.json`;
  await Deno.writeTextFile(graph, graphOf(plugin, path, config, options));
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

function told(plugin: Plugin, place: string, meaning: string): string {
  return `error: Node "bad" (com.example.${plugin}) crashed in ${place}() by ${meaning}; this ends the whole process; ` +
    'run the node with isolate: "process", so that a crash ends its stage alone';
}

for (const [place, way, wanted, meaning] of CASES) {
  crashing(`one in ${place} by ${way} ends the command by ${wanted}, and is named`, async () => {
    const { signal, lines } = await run("crash", { place, way });
    equal(signal, wanted, lines.join("\n"));
    deepEqual(lines.filter((line) => line.includes("crashed")), [told("crash", place, meaning)]);
  });
}

crashing("one that calls exit(0) ends the command with 1, and is named", async () => {
  const { code, lines } = await run("crash", { place: "process", way: "exit" });
  deepEqual([code, lines], [
    1,
    [
      'error: Node "bad" (com.example.crash) called exit() in process(); this ends the whole process; run the node with ' +
      'isolate: "process", so that a crash ends its stage alone',
    ],
  ]);
});

crashing("one in a process of its own ends that alone, and is told of once", async () => {
  const { code, signal, lines } = await run("crash", { place: "process" }, { isolate: "process" });
  deepEqual([code !== 0, signal], [true, null]);
  const named = lines.filter((line) => line.includes("SIGSEGV"));
  equal(named.length, 1, lines.join("\n"));
  match(named[0], /"bad"/);
  equal(lines.some((line) => line.includes("ends the whole process")), false);
});

const HARMLESS: readonly (readonly [what: string, way: string])[] = [
  ["a fault from which a handler of the plugin recovers", "recovered"],
  ["a signal that such a handler lets pass", "sent"],
  ["the crash of a process that the stage has forked", "forked"],
];

for (const [what, way] of HARMLESS) {
  crashing(`${what} ends nothing, and nothing is said of it`, async () => {
    deepEqual(await run("recovering", { way }), { code: 0, signal: null, lines: [""] });
  });
}

crashing("one that a handler of the plugin leaves alone is named", async () => {
  const { signal, lines } = await run("recovering", { way: "crash" });
  deepEqual([signal, lines], ["SIGSEGV", [told("recovering", "process", MEMORY)]]);
});

crashing("one is named once where a handler of the plugin aborts after it was", async () => {
  const { signal, lines } = await run("recovering", { way: "late" });
  deepEqual([signal, lines], ["SIGABRT", [told("recovering", "process", MEMORY)]]);
});
