import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { generate } from "../../codegen/generate.ts";
import { appSink } from "../../core/app/app_sink.ts";
import { SluiceError } from "../../core/errors.ts";
import { loadNodePackage } from "../../core/registry/staleness.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { watchSources } from "../../cli/watch/reload.ts";
import type { Reload, WatchedPackage } from "../../cli/watch/reloads.ts";
import { nativeMb } from "../../tools/soak/process_figures.ts";
import { median } from "../../tools/soak/slope.ts";
import { exposeGc } from "../fixtures/expose_gc.ts";

/** Reloads in a row; from 400 on memory is looked at, each time after so many of them. */
const RELOADS = Number(Deno.env.get("SLUICE_RELOADS") ?? (Deno.env.get("SLUICE_DEEP") === undefined ? 5 : 1_000));
const LOOK_EVERY = 20;

/** How much more may be in use in the last quarter of the reloads than in the second, megabytes. */
const MAY_GROW_MB = 10;

/** How long a reload and its effect are waited for, milliseconds: the machine may do much else. */
const PATIENCE_MS = 120_000;

const COUNTER = `import { type DataFrame, output, processor, type StreamOutput } from "@sluice/sluice";

/** Counts. */
@processor({ mode: "loop" })
export class Counter {
  @output() count!: StreamOutput<DataFrame<number>>;
  #next = 0;
  process(): void {
    const frame = this.count.tryAcquire({ value: this.#next });
    if (frame === undefined) return;
    this.#next++;
    this.count.write(frame);
  }
}
`;
const FACTOR = "export const FACTOR: number = 1;\n";
const TIMES =
  `import { type DataFrame, input, output, processor, type StreamInput, type StreamOutput } from "@sluice/sluice";
import { FACTOR } from "./parts/factor.ts";

/** A number and what it was multiplied to. */
export interface Product {
  readonly number: number;
  readonly product: number;
}

/** Multiplies. */
@processor()
export class Times {
  @input() value!: StreamInput<DataFrame<number>>;
  @output() product!: StreamOutput<DataFrame<Product>>;
  process(): void {
    for (let frame = this.value.read(); frame !== undefined; frame = this.value.read()) {
      const made = this.product.tryAcquire({ value: { number: frame.value, product: frame.value * FACTOR } });
      if (made === undefined) return;
      this.product.write(made);
    }
  }
}
`;

/**
 * What this isolate's heap and native code have in use. What is resident says nothing here: the heap of the generator's
 * thread, which comes and goes, is larger than what a thousand reloads could leave behind.
 */
function memoryInUseMb(collectGarbage: () => void): number {
  collectGarbage();
  return Deno.memoryUsage().heapUsed / 1e6 + nativeMb();
}

/** A package with both classes, generated. */
async function project(): Promise<
  AsyncDisposable & { path: string; write(file: string, text: string): Promise<void> }
> {
  const path = await Deno.makeTempDir();
  // At one stroke: a file that is half written would be a change of its own.
  const write = async (file: string, text: string) => {
    await Deno.writeTextFile(join(path, `${file}.part`), text);
    await Deno.rename(join(path, `${file}.part`), join(path, file));
  };
  await Deno.mkdir(join(path, "parts"));
  await write("sluice.json", '{ "name": "mine", "include": ["*.ts"] }');
  await write("counter.ts", COUNTER);
  await write("times.ts", TIMES);
  await write("parts/factor.ts", FACTOR);
  const { diagnostics } = await generate({ configPath: join(path, "sluice.json") });
  assert.deepEqual(diagnostics, []);
  return { path, write, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("watchSources() runs the new code of a node, and the rest of the graph without a gap", async () => {
  await using folder = await project();
  const nodePackage = await loadNodePackage(pathToFileURL(join(folder.path, "sluice.gen.ts")));
  await using runtime = new Runtime({ mode: "offline", registry: new NodeRegistry([nodePackage]) });
  runtime.addByType("counter", {}, { id: "counter", lane: "count" });
  runtime.addByType("times", {}, { id: "times", lane: "work" });
  const sink = runtime.add(appSink.data<{ number: number; product: number }>(), { id: "sink" });
  runtime.connectByName("counter.count", "times.value");
  runtime.connectByName("times.product", "sink.data");
  const importedMs = Date.now();
  await runtime.start();

  const values = sink[Symbol.asyncIterator]();
  let read = 0;
  /** Reads one product; no number may be missing. @returns what it was multiplied by */
  async function readOne(): Promise<number> {
    // Paced, so that what replaces nodes gets its share of the machine.
    if (read % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const { value: frame } = await values.next();
    const { number, product } = frame!.value;
    assert.equal(number, read++);
    return product / number;
  }

  async function readUntil(factor: number): Promise<void> {
    for (const untilMs = performance.now() + PATIENCE_MS; await readOne() !== factor;) {
      if (performance.now() > untilMs) assert.fail(`no product with the factor ${factor}`);
    }
  }

  const ended = new AbortController();
  const reports: Reload[] = [];
  const refusals: string[] = [];
  using _refused = runtime.events.on("error", (event) => {
    if (event.group === "error") refusals.push(event.error.message);
  });
  /** Saves files, and reads on until a reload comes out as wanted. */
  async function save(files: Record<string, string>, wanted: (reload: Reload) => boolean): Promise<Reload> {
    reports.length = 0;
    for (const [file, text] of Object.entries(files)) await folder.write(file, text);
    for (const untilMs = performance.now() + PATIENCE_MS; performance.now() < untilMs;) {
      const found = reports.find(wanted);
      if (found !== undefined) return found;
      await readOne();
    }
    assert.fail(`no such reload; there were: ${reports.map(({ error }) => error?.message ?? "a good one").join("; ")}`);
  }
  const factorText = (factor: number) => ({ "parts/factor.ts": `export const FACTOR: number = ${factor};\n` });
  const isGood = ({ error }: Reload) => error === undefined;
  const ready = Promise.withResolvers<readonly WatchedPackage[]>();
  await readUntil(1);
  await folder.write("parts/factor.ts", factorText(2)["parts/factor.ts"]);
  const watching = watchSources(
    runtime,
    importedMs,
    { onWatching: ready.resolve, onWarned: () => {}, onSlow: () => {}, onReload: (each) => void reports.push(each) },
    ended.signal,
  );
  watching.catch(ready.reject);
  // It was saved when its class ran already and nobody watched.
  await readUntil(2);
  assert.deepEqual((await ready.promise).map(({ name, files }) => [name, files]), [["mine", 3]]);

  const first = await save(factorText(3), isGood);
  assert.deepEqual([first.changed, first.nodes], [["parts/factor.ts"], ["times"]]);
  await readUntil(3);

  const broken = await save({ "parts/factor.ts": "export const FACTOR: number = ;\n" }, (each) => !isGood(each));
  assert.match(broken.error!.message, /Expression expected.*factor\.ts:1:31/s);
  const misspelt = TIMES.replace("@input()", "@input({ arry: 2 })");
  await save({ "times.ts": misspelt }, ({ error }) => /^times\.ts:13:12: .*"arry"/.test(error?.message ?? ""));
  const renamed = await save(
    { ...factorText(3), "times.ts": TIMES.replace("class Times", "class Time") },
    ({ error }) => error instanceof SluiceError && error.code === "NodeTypeNotFound",
  );
  assert.match(
    renamed.error!.message,
    /"times" in the new code \(did you mean "time"\?\); available: "counter" and "time"$/,
  );
  for (const before = read; read < before + 100;) assert.equal(await readOne(), 3);
  assert.match(refusals[0], /^Not reloaded after a change of parts\/factor\.ts: .*Expression expected/);
  assert.match(
    refusals.at(-1)!,
    /^Not reloaded after a change of .*times\.ts: .*"time".*; the graph goes on as it was$/,
  );

  await save({ ...factorText(4), "times.ts": TIMES }, isGood);
  await readUntil(4);

  const faulty = TIMES.replace(
    "  process()",
    '  snapshot(): void {\n    throw new Error("no state");\n  }\n  process()',
  );
  // The class first: each file may be brought in by itself, and with the factor both are.
  await save({ "times.ts": faulty, ...factorText(3) }, isGood);
  await readUntil(3);
  const anew = await save({ ...factorText(4), "times.ts": TIMES }, isGood);
  assert.match(anew.anew.times, /failed in snapshot\(\): no state/);
  await readUntil(4);

  const inUseMb: number[] = [];
  const collectGarbage = exposeGc();
  for (let k = 0; k < RELOADS; k++) {
    await save(factorText(5 + k), isGood);
    await readUntil(5 + k);
    if (RELOADS >= 400 && k % LOOK_EVERY === 0) inUseMb.push(memoryInUseMb(collectGarbage));
  }
  if (RELOADS >= 400) {
    const quarter = Math.floor(inUseMb.length / 4);
    const [before, after] = [median(inUseMb.slice(quarter, 2 * quarter)), median(inUseMb.slice(-quarter))];
    console.log(
      `in use in ${RELOADS} reloads: ${before.toFixed(1)} MB in the second quarter, ${after.toFixed(1)} in the last`,
    );
    assert.ok(after < before + MAY_GROW_MB, `memory grew by ${after - before} MB`);
  }
  // A lane that no node uses any more ends behind the edit that emptied it.
  const lanes = () => runtime.stats().lanes.map(({ name }) => name.replace(/-\d+$/, "")).sort();
  for (const untilMs = performance.now() + PATIENCE_MS; lanes().length > 3 && performance.now() < untilMs;) {
    await readOne();
  }
  assert.deepEqual(lanes(), ["count", "main", "work"]);
  ended.abort();
  await watching;
  await values.return?.();
  await runtime.stop();
});
