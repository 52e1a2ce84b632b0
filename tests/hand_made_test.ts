/** Node types that are made by hand. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { makeNodeType } from "../generated.ts";
import { appSink, NodeRegistry, Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { nodePackage, sum, ticks } from "./fixtures/hand_made.ts";
import { readPrinted } from "./cli/command_line.ts";

/** The program `self_starting.ts`, which is killed where lanes start lanes without end. */
async function runSelfStarting(...args: string[]) {
  const script = new URL("./fixtures/self_starting.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", script, ...args],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const [printed, told] = [stdout, stderr].map(readPrinted);
  return { code, printed, told };
}

Deno.test("a program that is the module of its own node types starts its graph, and no lane starts it again", async () => {
  const guarded = await runSelfStarting();
  equal(guarded.code, 0, guarded.told);
  ok(Number(guarded.printed) > 0, guarded.printed);
  const anywhere = await runSelfStarting("anywhere");
  equal(anywhere.code, 1, anywhere.told);
  match(
    anywhere.told,
    /SluiceError: Cannot start: a lane imports "file:.*self_starting\.ts" for its node types, and each lane would start the graph again; start it only in the program: if \(import\.meta\.main\) \{ … \}, or in a module that exports no node types\n/,
  );
});

eachDriver("a type that is made by hand runs on any lane, by the URL of its module", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const first = runtime.add(ticks({ blocks: 3 }), { lane: "near" });
  const second = runtime.add(ticks({ blocks: 2 }), { lane: "main" });
  const joined = runtime.add(sum(), { lane: "far" });
  const sink = runtime.add(appSink.audio());
  runtime.connect(first.outputs.audio, joined.inputs.parts[0]);
  runtime.connect(second.outputs.audio, joined.inputs.parts[1]);
  runtime.connect(joined.outputs.audio, sink.inputs.audio);
  await runtime.start();
  const seen: number[] = [];
  for await (const frame of sink) seen.push(frame.channel(0)[3]);
  deepEqual(seen.sort(), [0, 0, 1, 1, 2]);
  equal((await runtime.finished).outcome, "completed");
});

Deno.test("a type that is made by hand is checked, and known to registries, as others are", async () => {
  const registry = new NodeRegistry([nodePackage]);
  const { inputs, outputs, mode, package: from } = registry.getMetadata("hand-ticks");
  deepEqual([inputs, mode, from], [[], "loop", "hand-made"]);
  deepEqual(outputs, [
    {
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "The blocks.",
      kind: "audio",
      name: "audio",
      direction: "output",
    },
  ]);
  const runtime = new Runtime({ registry, native: "off" });
  throws(() => runtime.addByType("hand-ticks", { blocks: 0 }), { code: "InvalidConfig", key: "blocks" });
  throws(() => runtime.addByType("hand-sum", { blocks: 1 }), { code: "InvalidConfig", key: "blocks" });
  const needy = makeNodeType({
    type: "needy",
    outputs: { data: { kind: "data" } },
    config: { name: { type: "string" } },
    load: () => Promise.reject(new Error("never")),
  });
  throws(() => runtime.add(needy({})), { code: "InvalidConfig", key: "name" });
  // In no package, it can only run where it was made.
  await using alone = new Runtime({ native: "off" });
  alone.add(needy({ name: "x" }), { lane: "far" });
  await rejects(alone.start(), { message: /needy/ });
  await rejects(alone.finished);
});
