/** A class whose fields were renamed since its code was generated: that is said before the node runs. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { processorSource, type TempPackage, tempPackage } from "../codegen/fixtures/temp_package.ts";
import type { NodePackage } from "../core/registry/node_type.ts";
import { loadNodePackage } from "../core/registry/staleness.ts";
import { NodeRegistry, nodes, Runtime } from "../mod.ts";
import { ProcessorHarness } from "../testing.ts";

const FADER = processorSource("Fader", "  /** How loud. */\n  @config()\n  level = 1;");

const RENAMED = {
  audioIn: FADER.replaceAll("audioIn", "audio"),
  level: FADER.replaceAll("level", "gain"),
};

/** A package of the class, whose code is generated, and then the class that stands in its place. */
async function renamed(source: string): Promise<TempPackage & { readonly types: NodePackage }> {
  const folder = await tempPackage({ "fader.ts": FADER });
  deepEqual((await folder.run()).problems, []);
  await folder.write("fader.ts", source);
  return { ...folder, types: await loadNodePackage(pathToFileURL(join(folder.root, "sluice.gen.ts"))) };
}

/** A graph of a tone and, if it is there from the start, a node of the package. */
function graph(types: NodePackage, lane?: string): Runtime {
  const runtime = new Runtime({ native: "off", registry: new NodeRegistry([types]) });
  const { outputs } = runtime.add(nodes.toneSource(), { id: "tone" });
  runtime.connect(outputs.audio, runtime.add(nodes.levelMeter(), { id: "level" }).inputs.audioIn);
  if (lane === undefined) return runtime;
  runtime.addByType("fader", {}, { id: "fader", lane });
  runtime.connectByName("tone.audio", "fader.audioIn");
  return runtime;
}

for (const [field, source] of Object.entries(RENAMED)) {
  const told = {
    code: "InvalidGraph",
    nodeId: "fader",
    message: `Cannot make node "fader" (fader): class "Fader" has no field "${field}", which its generated code ` +
      'assigns: "fader.ts" has changed since that was made; run "deno task codegen" (or "sluice codegen")',
  };

  for (const lane of ["main", "worker"]) {
    Deno.test(`Runtime.start() refuses a class whose field ${field} was renamed, on lane ${lane}`, async () => {
      await using folder = await renamed(source);
      await using runtime = graph(folder.types, lane);
      await rejects(runtime.start(), told);
    });
  }

  Deno.test(`an edit refuses a class whose field ${field} was renamed, and the graph goes on`, async () => {
    await using folder = await renamed(source);
    await using runtime = graph(folder.types);
    await runtime.start();
    await rejects(
      runtime.edit((edit) => {
        edit.addByType("fader", {}, { id: "fader", lane: "fresh" });
        edit.connectByName("tone.audio", "fader.audioIn");
      }, { timeoutMs: 60_000 }),
      told,
    );
    equal((await runtime.stop())?.outcome, "stopped");
  });

  Deno.test(`ProcessorHarness refuses a class whose field ${field} was renamed`, async () => {
    await using folder = await renamed(source);
    await rejects(ProcessorHarness.create(folder.types.nodes[0], {}, { id: "fader" }), told);
  });
}

for (const lane of ["main", "worker"]) {
  Deno.test(`Runtime.start() names the node whose constructor throws, on lane ${lane}`, async () => {
    await using folder = await renamed(
      FADER.replace("  process()", '  constructor() { throw new Error("no"); }\n  process()'),
    );
    await using runtime = graph(folder.types, lane);
    await rejects(runtime.start(), {
      code: "NodeFailed",
      nodeId: "fader",
      message: 'Node "fader" (fader) failed in its constructor: no',
    });
  });
}
