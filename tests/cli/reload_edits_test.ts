/** What a reload does to a graph that is not started: no lane runs, and each edit takes place at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { watchSources } from "../../cli/watch/reload.ts";
import { processorSource } from "../../codegen/fixtures/temp_package.ts";
import { definePackage } from "../../generated.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { fixture } from "../fixtures/define.ts";
import { until } from "../fixtures/waiting.ts";
import { generated, load, NEVER_MS, Watched } from "./watched.ts";
import { WorkerTap } from "./worker_tap.ts";

const LEVEL = "/** A number. */ @config({ live: true }) level = 1;";

/** The source of a processor with another description. */
function told(source: string, description: string): string {
  return source.replace(/\/\*\* \w+\. \*\//, `/** ${description}. */`);
}

Deno.test("watchSources() replaces the nodes of what was saved, with their configurations, on lanes of the same names", async () => {
  const amp = processorSource("Amp", LEVEL);
  await using mine = await generated({ "amp.ts": amp, "other.ts": processorSource("Other") }, "mine");
  await using theirs = await generated({ "amp.ts": processorSource("Foreign") }, "theirs");
  const watched = new Watched([await load(mine), await load(theirs)], {
    one: ["amp", "work", { level: 3 }],
    two: ["amp", "work"],
    side: ["amp", "side-7"],
    other: ["other", "work-2"],
    foreign: ["foreign", "work"],
    late: ["amp", "work-2", { level: 4 }],
  });
  assert.deepEqual((await watched.packages).map(({ name, files }) => `${name} ${files}`).sort(), [
    "mine 2",
    "theirs 1",
  ]);

  await mine.write("amp.ts", told(amp, "Louder"));
  assert.deepEqual((await watched.next()).nodes, ["one", "two", "side", "late"]);
  assert.deepEqual(watched.nodes, {
    one: 'work Louder. {"level":3}',
    two: "work Louder. {}",
    side: "side-7 Louder. {}",
    other: "work-2 Other. {}",
    foreign: "work Foreign. {}",
    late: 'work-2 Louder. {"level":4}',
  });

  await mine.write("other.ts", told(processorSource("Other"), "Another"));
  assert.deepEqual((await watched.next()).nodes, ["other"]);
  assert.equal(watched.nodes.other, "work-2 Another. {}");
  await watched.end();
});

Deno.test("watchSources() brings in with the next change what it could not bring in before", async () => {
  const [amp, other] = [processorSource("Amp"), processorSource("Other")];
  await using folder = await generated({ "amp.ts": amp, "other.ts": other }, "mine");
  const watched = new Watched([await load(folder)], { amp: ["amp", "work"], other: ["other", "work"] });
  await watched.packages;
  await folder.write("amp.ts", processorSource("Amplifier"));
  assert.match((await watched.next()).error!.message, /^Cannot find node type "amp" in the new code/);
  await folder.write("other.ts", told(other, "Another"));
  assert.match((await watched.next()).error!.message, /^Cannot find node type "amp" in the new code/);
  assert.equal(watched.nodes.other, "work Other. {}");
  await folder.write("amp.ts", told(amp, "Louder"));
  const { nodes, anew, error } = await watched.next();
  assert.deepEqual([nodes, anew, error], [["amp", "other"], {}, undefined]);
  assert.deepEqual(watched.nodes, { amp: "work Louder. {}", other: "work Another. {}" });
  await watched.end();
});

Deno.test("watchSources() refuses what would replace a node of main", async () => {
  const amp = processorSource("Amp");
  await using folder = await generated({ "amp.ts": amp }, "mine");
  const watched = new Watched([await load(folder)], { near: ["amp", "main"], far: ["amp", "work"] });
  await watched.packages;
  await folder.write("amp.ts", told(amp, "Louder"));
  const { error } = await watched.next();
  assert.match(error!.message, /^Cannot reload "near": it runs on lane "main", which keeps the code/);
  assert.deepEqual(watched.nodes, { near: "main Amp. {}", far: "work Amp. {}" });
  await watched.end();
});

Deno.test("watchSources() watches no package that was installed, comes by the network, or has no sluice.json", async () => {
  const folder = await Deno.makeTempDir();
  const installed = join(folder, "node_modules/installed");
  await Deno.mkdir(installed, { recursive: true });
  await Deno.writeTextFile(join(installed, "sluice.json"), '{ "include": ["*.ts"], "name": "installed" }');
  await Deno.mkdir(join(folder, "sluice.json"));
  const urls = [installed, folder].map((each) => pathToFileURL(join(each, "sluice.gen.ts")).href);
  const packages = [...urls, "https://example.com/sluice.gen.ts"].map((url, i) =>
    definePackage({
      name: `p${i}`,
      url,
      nodes: [fixture(() => ({ process() {} }), { type: `t${i}`, ports: [] })],
      sources: {},
    })
  );
  const watched = new Watched(packages, { a: ["t0", "work"], b: ["t1", "work"], c: ["t2", "work"] });
  assert.deepEqual(await watched.packages, []);
  await watched.end();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("watchSources() ends at once where it was ended before", async () => {
  await using folder = await generated({ "amp.ts": processorSource("Amp") }, "mine");
  const runtime = new Runtime({ registry: new NodeRegistry([await load(folder)]) });
  runtime.addByType("amp", {}, { id: "amp" });
  const unexpected = () => assert.fail("it was told of something");
  const listener = { onWatching: unexpected, onWarned: unexpected, onSlow: unexpected, onReload: unexpected };
  await watchSources(runtime, NEVER_MS, listener, AbortSignal.abort());
  await runtime.stop();
});

Deno.test("watchSources() ends all that it watches where one watch fails", async () => {
  await using mine = await generated({ "amp.ts": processorSource("Amp") }, "mine");
  await using theirs = await generated({ "foreign.ts": processorSource("Foreign") }, "theirs");
  const packages = [await load(mine), await load(theirs)];
  using tap = new WorkerTap();
  const watched = new Watched(packages, { amp: ["amp", "work"], foreign: ["foreign", "work"] });
  await watched.packages;
  tap.crash(0, "out of luck");
  await assert.rejects(watched.over, { code: "LaneCrashed" });
  assert.deepEqual(tap.terminated, tap.workers);
  await watched.runtime.stop();
});

Deno.test("watchSources() replaces nothing once it was ended, while it reads the new code", async () => {
  const amp = processorSource("Amp");
  await using folder = await generated({ "amp.ts": amp }, "mine");
  const nodePackage = await load(folder);
  // The first generates, the second reads.
  using tap = new WorkerTap((index) => index === 1 && watched.abort());
  const watched = new Watched([nodePackage], { amp: ["amp", "work"] });
  await watched.packages;
  await folder.write("amp.ts", told(amp, "Louder"));
  await until(() => tap.workers.length === 2);
  await watched.over;
  assert.deepEqual([watched.nodes, watched.reloads], [{ amp: "work Amp. {}" }, []]);
  await watched.end();
});
