/**
 * Reloads of a graph that runs: what fails in the new code, and what the end of the watch or of the graph overtakes.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Reload } from "../../cli/watch/reloads.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { grow, until } from "../fixtures/waiting.ts";
import { generated, load, Watched } from "./watched.ts";
import { WorkerTap } from "./worker_tap.ts";

/**
 * The source of a node that goes on and makes nothing.
 *
 * @param text its description
 * @param first what a tick does first
 */
function idle(text: string, members = "", first = ""): string {
  return `import { existsSync, writeFileSync } from "node:fs";
import { type DataFrame, output, processor, type ProcessorContext, type StreamOutput } from "@sluice/sluice";

/** ${text}. */
@processor({ mode: "loop" })
export class Idle {
  @output() out!: StreamOutput<DataFrame<number>>;
${members}
  process(context: ProcessorContext): void {
    ${first}
    context.waitUntilNs(context.nowNs() + 1e6);
  }
}
`;
}

/** A `setup()` that waits as long as a file is there, and says that it does by another. */
function holding(hold: string): string {
  return `async setup(): Promise<void> {
    writeFileSync(${JSON.stringify(`${hold}.begun`)}, "");
    while (existsSync(${JSON.stringify(hold)})) await new Promise((resolve) => setTimeout(resolve, 1));
  }`;
}

Deno.test("a reload is refused whose restore() or setup() fails, whatever that says, and told of also while paused", async () => {
  await using folder = await generated({ "idle.ts": idle("Old", "snapshot(): number { return 1; }") }, "mine");
  const watched = new Watched([await load(folder)], { node: ["idle", "work"] });
  await watched.packages;
  await watched.runtime.start();
  await folder.write("idle.ts", idle("New", 'restore(): void { throw new Error("not mine"); }'));
  assert.match((await watched.next()).error!.message, /failed in restore\(\): not mine/);
  await folder.write("idle.ts", idle("New", 'setup(): void { throw new Error("wants snapshot() first"); }'));
  assert.match((await watched.next()).error!.message, /failed in setup\(\): wants snapshot\(\) first/);
  await watched.runtime.pause();
  await folder.write("idle.ts", idle("Bad", "@output() odd!: number;"));
  assert.match((await watched.next()).error!.message, /^idle\.ts:\d+:\d+: /);
  assert.match(watched.nodes.node, /^work Old\./);
  await folder.write("idle.ts", idle("New"));
  assert.deepEqual((await watched.next()).nodes, ["node"]);
  assert.match(watched.nodes.node, /^work-\d+ New\./);
  await watched.end();
});

Deno.test("a reload is refused as soon as a node of the new code is stuck, in restore() or its first tick", async () => {
  const hold = await Deno.makeTempFile();
  await using folder = await generated({ "idle.ts": idle("Old", "snapshot(): number { return 1; }") }, "mine");
  const watched = new Watched([await load(folder)], { node: ["idle", "work"] });
  await watched.packages;
  await watched.runtime.start();
  const stay = `const never = new Int32Array(new SharedArrayBuffer(4));
    while (existsSync(${JSON.stringify(hold)})) Atomics.wait(never, 0, 0, 1);`;
  for (const source of [idle("New", `restore(): void { ${stay} }`), idle("New", "", stay)]) {
    await folder.write("idle.ts", source);
    assert.match(
      (await watched.next()).error!.message,
      /^Node "node" \(idle\) has kept lane "work-\d+" .*without returning$/,
    );
    assert.match(watched.nodes.node, /^work Old\./);
    const ticks = () => watched.runtime.stats().nodes[0].ticks;
    const before = ticks();
    await until(() => ticks() > before + 20);
  }
  await Deno.remove(hold);
  await watched.end();
});

Deno.test("a reload leaves out nodes that have ended or are disabled, and is told of where it concerns no others", async () => {
  const how = '/** A word. */ @config() how = "";';
  const first = 'if (this.how === "ends") return context.finish(); if (this.how === "fails") throw new Error("no");';
  const source = (text: string) => idle(text, how, first).replace("{ type", "{ config, type");
  const brief = (text: string) => idle(text, "", "return context.finish();").replace("Idle", "Brief");
  await using folder = await generated({ "idle.ts": source("Old"), "brief.ts": brief("Old") }, "mine");
  const watched = new Watched([await load(folder)], {
    node: ["idle", "work"],
    ends: ["idle", "work", { how: "ends" }],
    near: ["brief", "main"],
  });
  watched.runtime.addByType("idle", { how: "fails" }, { id: "fails", lane: "work", supervision: "disable" });
  await watched.packages;
  await watched.runtime.start();
  const states = () => watched.runtime.stats().nodes.map(({ id, state }) => `${id} ${state}`);
  const over = ["ends ended", "near ended", "fails disabled"];
  await until(() => over.every((each) => states().includes(each)));

  await folder.write("brief.ts", brief("New"));
  const outcome = ({ changed, nodes, leftOut, error }: Reload) => [changed, nodes, leftOut, error];
  assert.deepEqual(outcome(await watched.next()), [["brief.ts"], [], { near: "it has ended" }, undefined]);
  await folder.write("idle.ts", source("New"));
  assert.deepEqual(outcome(await watched.next()), [
    ["idle.ts"],
    ["node"],
    { ends: "it has ended", fails: "it is disabled" },
    undefined,
  ]);
  assert.match(watched.nodes.node, /^work-\d+ New\./);
  assert.match(watched.nodes.ends, /^work Old\./);
  await watched.end();
});

Deno.test("a change is told of while the graph starts", async () => {
  const hold = await Deno.makeTempFile();
  await using folder = await generated({ "idle.ts": idle("Old", holding(hold)) }, "mine");
  const watched = new Watched([await load(folder)], { node: ["idle", "work"] });
  await watched.packages;
  const started = watched.runtime.start();
  await until(() => existsSync(`${hold}.begun`));
  assert.equal(viewRuntime(watched.runtime).session?.state, "starting");
  await folder.write("idle.ts", idle("Bad", "@output() odd!: number;"));
  assert.match((await watched.next()).error!.message, /^idle\.ts:\d+:\d+: /);
  await Deno.remove(hold);
  await started;
  await watched.end();
  await Deno.remove(`${hold}.begun`);
});

Deno.test("watchSources() ends behind the reload that is under way, of which nobody is told, and begins no other", async () => {
  const { folder, hold, watched } = await holdReload();
  await using _folder = folder;
  await folder.write("idle.ts", idle("Newer"));
  await until(() => Deno.readTextFileSync(join(folder.root, "sluice.gen.ts")).includes("Newer."));
  watched.abort();
  await Deno.remove(hold);
  await watched.over;
  assert.equal(watched.nodes.node, "work-2 New. {}");
  assert.deepEqual(watched.reloads, []);
  await watched.end();
  await Deno.remove(`${hold}.begun`);
});

Deno.test("what is saved while a reload waits is one change, of which the newest text counts, and the wait is told of", async () => {
  using tap = new WorkerTap();
  const { folder, hold, watched } = await holdReload();
  await using _folder = folder;
  const inSetup = () => watched.slow.find(({ waitsFor }) => waitsFor.startsWith("each of setup()"));
  await until(() => inSetup() !== undefined);
  const told = inSetup();
  const heard: unknown[] = [];
  tap.workers[0].addEventListener("message", ({ data }) => heard.push(data));
  for (const text of [idle("Bad", "@output() odd!: number;"), idle("Better"), idle("Best")]) {
    const grown = grow(heard, 1);
    await folder.write("idle.ts", text);
    await grown;
  }
  await Deno.remove(hold);
  const reloads = [await watched.next(), await watched.next()];
  assert.deepEqual(reloads.map(({ changed, nodes }) => [changed, nodes]), [
    [["idle.ts"], ["node"]],
    [["idle.ts"], ["node"]],
  ]);
  assert.match(watched.nodes.node, /^work(-3)? Best\./);
  await folder.write("idle.ts", idle("Last"));
  assert.deepEqual((await watched.next()).nodes, ["node"]);
  assert.match(watched.nodes.node, /^work(-\d)? Last\./);
  const waitsFor = 'each of setup(), restore() and the first tick of "node"';
  assert.deepEqual(told, { changed: ["idle.ts"], nodes: ["node"], waitsFor, limitMs: 30_000 });
  await watched.end();
  await Deno.remove(`${hold}.begun`);
});

Deno.test("a reload that the end of the graph overtakes is not told of", async () => {
  const { folder, hold, watched } = await holdReload();
  await using _folder = folder;
  const stopped = watched.runtime.stop();
  await Deno.remove(hold);
  await stopped;
  await watched.end();
  assert.deepEqual(watched.reloads, []);
  await Deno.remove(`${hold}.begun`);
});

/** A running graph whose reload is under way until the file `hold` is removed. */
async function holdReload() {
  const hold = await Deno.makeTempFile();
  const folder = await generated({ "idle.ts": idle("Old") }, "mine");
  const watched = new Watched([await load(folder)], { node: ["idle", "work"] });
  await watched.packages;
  await watched.runtime.start();
  await folder.write("idle.ts", idle("New", holding(hold)));
  await until(() => existsSync(`${hold}.begun`));
  return { folder, hold, watched };
}
