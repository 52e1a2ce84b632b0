import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { OWN_PACKAGE_URL } from "../../cli/project/own_package.ts";
import { SourceWatch } from "../../cli/watch/source_watch.ts";
import { isWatchable } from "../../cli/watch/watchable.ts";
import { processorSource, type TempPackage, tempPackage } from "../../codegen/fixtures/temp_package.ts";
import { ROOT, sluice, spawn, temporaryFolder, toneGraph } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

const SOURCE = `import { type DataFrame, output, processor, type StreamOutput } from "@sluice/sluice";

/** Counts, about a thousand times a second. */
@processor({ mode: "loop" })
export class Counter {
  @output() count!: StreamOutput<DataFrame<number>>;
  #next = 0;
  async process(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const frame = this.count.tryAcquire({ value: this.#next });
    if (frame === undefined) return;
    this.#next++;
    this.count.write(frame);
  }
}
`;
const TAKER = `import { type DataFrame, input, processor, type StreamInput } from "@sluice/sluice";
import { STEP } from "./step.ts";

/** Takes what comes. */
@processor()
export class Taker {
  @input() value!: StreamInput<DataFrame<number>>;
  taken = 0;
  process(): void {
    for (let frame = this.value.read(); frame !== undefined; frame = this.value.read()) this.taken += STEP;
  }
}
`;
const OTHER = TAKER.replace('import { STEP } from "./step.ts";\n', "const STEP = 1;\n").replaceAll("Taker", "Other");
const GRAPH = {
  version: 1,
  mode: "live",
  nodes: {
    counter: { type: "counter", lane: "count" },
    taker: { type: "taker", lane: "work" },
    other: { type: "other", lane: "main" },
  },
  links: [{ from: "counter.count", to: "taker.value" }, { from: "counter.count", to: "other.value" }],
};

/** A generated package with a graph of its nodes. */
async function project(): Promise<TempPackage> {
  const folder = await tempPackage({
    "counter.ts": SOURCE,
    "taker.ts": TAKER,
    "other.ts": OTHER,
    "step.ts": "export const STEP: number = 1;\n",
    "graph.json": JSON.stringify(GRAPH),
  }, { include: ["*.ts"], name: "mine" });
  assert.deepEqual((await folder.run()).problems, []);
  return folder;
}

type Event = Record<string, unknown> & { event: string };

/** The events of a run, one after another. */
async function* events(child: Deno.ChildProcess): AsyncGenerator<Event> {
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

Deno.test("sluice run --watch brings in what is saved while the other nodes go on, and tells of a broken file", async () => {
  await using folder = await project();
  const child = spawn(["run", join(folder.root, "graph.json"), "--watch", "--json"]);
  const stderr = new Response(child.stderr).text();
  const seen = events(child);
  async function next(...kinds: string[]): Promise<Event> {
    for (let each = await seen.next(); !each.done; each = await seen.next()) {
      if (kinds.includes(each.value.event)) return each.value;
    }
    assert.fail(`no event "${kinds.join('" or "')}": ${await stderr}`);
  }

  const { packages } = await next("watching") as unknown as { packages: { name: string; files: number }[] };
  assert.deepEqual(packages.map(({ name, files }) => [name, files]), [["mine", 4]]);

  await folder.write("step.ts", "export const STEP: number = 2;\n");
  const reloaded = await next("reloaded", "reload-failed");
  assert.deepEqual([reloaded.event, reloaded.nodes, reloaded.changed], ["reloaded", ["taker"], ["step.ts"]]);
  const before = await next("progress");
  assert.ok(Number((await next("progress")).framesRead) > Number(before.framesRead));

  await folder.write("taker.ts", TAKER.replace("@input()", "@input({ arry: 2 })"));
  const failed = await next("reloaded", "reload-failed");
  assert.deepEqual([failed.event, failed.changed], ["reload-failed", ["taker.ts"]]);
  assert.match(String(failed.message), /^taker\.ts:7:12: .*"arry"/);

  await folder.write("taker.ts", TAKER);
  await next("reloaded");
  await folder.write("deno.json", JSON.stringify({ imports: { "./step.ts": "./other.ts" } }));
  const mapped = await next("reloaded", "reload-failed");
  assert.deepEqual([mapped.event, mapped.changed, mapped.code], ["reload-failed", ["deno.json"], "Busy"]);
  assert.match(String(mapped.message), /^Cannot follow the changed "imports" of deno\.json: /);

  child.kill("SIGINT");
  const summary = await next("summary") as unknown as {
    outcome: string;
    nodes: { id: string; lane: string; framesOut: number }[];
    links: { written: number; queued: number }[];
  };
  assert.equal((await child.status).code, 130, await stderr);
  assert.equal(summary.outcome, "stopped");
  const lanes = Object.fromEntries(summary.nodes.map(({ id, lane }) => [id, lane]));
  // Its lane has the name again that the graph gave it, if the first of that name had ended by then.
  assert.match(lanes.taker, /^work(-3)?$/);
  assert.deepEqual([lanes.counter, lanes.other], ["count", "main"]);
  const { framesOut } = summary.nodes.find(({ id }) => id === "counter")!;
  for (const { written, queued } of summary.links) assert.deepEqual([written, queued], [framesOut, 0]);
});

rare(Deno.test)(
  "sluice run --watch goes on when a node fails, tells of it, and brings in the save that mends it",
  async () => {
    await using folder = await project();
    const child = spawn(["run", join(folder.root, "graph.json"), "--watch", "--serve", "--json"]);
    const stderr = new Response(child.stderr).text();
    const seen = events(child);
    async function next(...kinds: string[]): Promise<Event> {
      for (let each = await seen.next(); !each.done; each = await seen.next()) {
        if (kinds.includes(each.value.event)) return each.value;
      }
      assert.fail(`no event "${kinds.join('" or "')}": ${await stderr}`);
    }

    const { url } = await next("serving");
    await next("watching");
    // It throws only once it has run for a while: no trial of it finds that.
    const late = TAKER.replace("+= STEP", '+= this.taken < 200 ? STEP : fail("late")') +
      "function fail(why: string): never {\n  throw new Error(why);\n}\n";
    await folder.write("taker.ts", late);
    assert.equal((await next("reloaded", "reload-failed")).event, "reloaded");
    const failed = await next("node-failed", "error", "summary");
    assert.deepEqual([failed.event, failed.nodeId, failed.code], ["node-failed", "taker", "NodeFailed"]);
    assert.match(String(failed.message), /late/);
    assert.equal((await fetch(`${url}/healthz`).then((answer) => answer.text())).length > 0, true);

    await folder.write("taker.ts", TAKER);
    const mended = await next("reloaded", "reload-failed", "error", "summary");
    assert.deepEqual([mended.event, mended.nodes], ["reloaded", ["taker"]]);
    const before = await next("progress", "node-failed", "error", "summary");
    const after = await next("progress", "node-failed", "error", "summary");
    assert.deepEqual([before.event, after.event], ["progress", "progress"]);
    child.kill("SIGINT");
    const { outcome } = await next("summary");
    assert.deepEqual([outcome, (await child.status).code], ["stopped", 130], await stderr);
  },
);

rare(Deno.test)("sluice run --watch says what it watches, or that there is nothing", async () => {
  await using folder = await project();
  const watching = new RegExp(`^Watching 4 files of mine in ${folder.root}$`, "m");
  const gen = join(folder.root, "sluice.gen.ts");
  const args = ["run", join(folder.root, "graph.json"), "--watch", "--packages", gen];
  const run = (...more: string[]) => sluice([...args, "--seconds", "1", ...more]);
  const child = spawn(args);
  const stdout = new Response(child.stdout).text();
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    const before = said;
    said += text;
    if (watching.test(said) && !watching.test(before)) child.kill("SIGINT");
  }
  assert.equal((await child.status).code, 130, `${await stdout}${said}`);

  await Deno.remove(folder.configPath);
  const nothing =
    /^Nothing to watch: no node of the graph comes from sources of your own, in a folder with a "sluice\.json"$/m;
  assert.match((await run()).stderr, nothing);
  assert.doesNotMatch((await run("--quiet")).stderr, /watch/i);
});

rare(Deno.test)("sluice run --watch tells of each save of the graph file, and what is wrong with it", async () => {
  await using folder = await project();
  const path = join(folder.root, "graph.json");
  const child = spawn(["run", path, "--watch"]);
  const stdout = new Response(child.stdout).text();
  const text = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  /** Reads on until something is said, and gives what was said up to it. */
  async function hears(wanted: RegExp): Promise<string> {
    while (!wanted.test(said)) {
      const { value, done } = await text.read();
      assert.ok(!done, `it never said ${wanted}: ${said}`);
      said += value;
    }
    const heard = said;
    said = "";
    return heard;
  }
  const changed = `${path} has changed; the graph goes on as it was: start it anew \\(Ctrl-C, then the same command\\)`;
  await hears(new RegExp(`^Watching 4 files of mine in .*\n${path} is read at the start only$`, "m"));
  await folder.write("graph.json", JSON.stringify({ ...GRAPH, mode: "offline" }));
  assert.doesNotMatch(await hears(new RegExp(`^${changed} to run the new one\n`, "m")), /error/);
  await folder.write("graph.json", JSON.stringify(GRAPH).replace("taker.value", "taker.valu"));
  await hears(new RegExp(`^${changed} to run the new one\nerror: ${path}:1:\\d+: .*taker\\.valu`, "m"));
  await folder.write("graph.json", JSON.stringify(GRAPH));
  assert.doesNotMatch(await hears(new RegExp(`^${path} is again the graph that runs$`, "m")), /has changed/);
  child.kill("SIGINT");
  while (!(await text.read()).done);
  assert.equal((await child.status).code, 130, `${await stdout}${said}`);
});

rare(Deno.test)("sluice run --watch watches the sources of Sluice in its own checkout only", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(join(folder.path, "graph.json"), toneGraph({ mode: "live" }));
  const { stderr } = await sluice(["run", "graph.json", "--watch", "--seconds", "1"], { cwd: folder.path });
  assert.match(stderr, /^Nothing to watch: no node of the graph comes from sources of your own/m);
  assert.doesNotMatch(stderr, /@sluice\/sluice/);

  const places = [folder.path, ROOT, join(ROOT, "examples")];
  const watched = await Promise.all(places.map((each) => isWatchable(OWN_PACKAGE_URL, each)));
  assert.deepEqual(watched, [false, true, true]);
  await Deno.writeTextFile(join(folder.path, "sluice.json"), '{ "name": "mine", "include": ["*.ts"] }');
  assert.equal(await isWatchable(OWN_PACKAGE_URL, folder.path), false);
  assert.equal(await isWatchable(pathToFileURL(join(folder.path, "sluice.gen.ts")).href, folder.path), true);
});

Deno.test("SourceWatch generates while its owner's turns stay short", async () => {
  const sources = Array.from({ length: 300 }, (_, k) => [`pass_${k}.ts`, processorSource(`Pass${k}`)]);
  await using folder = await tempPackage(Object.fromEntries(sources));
  let longestMs = 0;
  let turnMs = performance.now();
  const heartbeat = setInterval(() => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - turnMs);
    turnMs = nowMs;
  }, 1);
  const watch = new SourceWatch(folder.configPath, Date.now(), () => {});
  const ready = await watch.ready;
  clearInterval(heartbeat);
  await watch.end();
  assert.equal(ready!.files, 300);
  // One turn reads all classes, another writes down what came of them: on the owner's thread these would be most of it.
  assert.ok(longestMs < ready!.tookMs / 2, `a turn of ${longestMs} ms while the generator took ${ready!.tookMs} ms`);
});
