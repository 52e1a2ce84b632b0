/**
 * What the generator takes, by the number of classes: from a cold start, and of one change while it watches.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { watch, type WatchRun } from "../../codegen/watch.ts";
import type { Benchmark } from "../benchmark.ts";
import { median, type Row } from "../measure.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Cold runs at most: one of 1,000 classes takes seconds. */
const MOST_RUNS = 3;

/** Changes that are timed; each is of another class. */
const CHANGES = 9;

/** Changes before those: they compile the generator's code. */
const WARM_UP = 5;

/** What 1,000 classes may take from a cold start, milliseconds. */
const COLD_GOAL_MS = 4_000;

/** What one change of 1,000 classes may take, milliseconds. */
const CHANGE_GOAL_MS = 100;

export const generator: Benchmark = {
  name: "generator",
  about:
    "Packages of 10, 100 and 1,000 classes, each a file. Cold: the command in a process of its own, until it has " +
    "ended. Watching: from the change of a file until the generated module has been written anew.",
  async run({ runs }) {
    await mkdir(join(ROOT, "out"), { recursive: true });
    const folder = await mkdtemp(join(ROOT, "out", "bench-"));
    try {
      const rows: Row[] = [];
      for (const classes of [10, 100, 1_000]) {
        const packageFolder = join(folder, `${classes}`);
        await makePackage(packageFolder, classes);
        const tookMs: number[] = [];
        for (let k = 0; k < Math.min(runs, MOST_RUNS); k++) tookMs.push(await generateCold(packageFolder, classes));
        rows.push({
          ...times(tookMs, seconds),
          what: `generator, ${classes.toLocaleString("en")} classes, cold`,
          ...(classes === 1_000 ? goal(tookMs, COLD_GOAL_MS, seconds) : { goal: "", hit: undefined }),
        });
      }
      const tookMs = await changeWhileWatching(join(folder, "1000"), 1_000);
      rows.push({
        ...times(tookMs, milliseconds),
        what: "generator, one class changed of 1,000, watching",
        ...goal(tookMs, CHANGE_GOAL_MS, milliseconds),
      });
      return rows;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function makePackage(folder: string, classes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const settings = { include: ["**/*.ts"], name: "@example/bench", runtime: "../../../generated.ts" };
  await writeFile(join(folder, "sluice.json"), JSON.stringify(settings));
  for (let k = 0; k < classes; k++) await writeFile(join(folder, `pass_${k}.ts`), classText(k, k));
}

function classText(k: number, level: number): string {
  return `import { config, input, output, processor } from "../../../core/annotations.ts";
import type { AudioFrame } from "../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../core/ports/stream.ts";

/** Hands frames on. */
@processor({ tags: ["bench"] })
export class Pass${k} {
  /** What comes in. */
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** The same. */
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** A number. @minimum 0 @maximum 1000000 */
  @config({ live: true })
  level = ${level};

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) this.audioOut.write(frame);
  }
}
`;
}

/** @returns milliseconds of one run that had to write everything */
async function generateCold(folder: string, classes: number): Promise<number> {
  for (const file of ["sluice.gen.ts", "sluice.schema.json"]) await rm(join(folder, file), { force: true });
  const fromMs = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "codegen/main.ts"), "--config", join(folder, "sluice.json")],
  }).output();
  const tookMs = performance.now() - fromMs;
  equal(code, 0, new TextDecoder().decode(stderr));
  const text = await readFile(join(folder, "sluice.gen.ts"), "utf8");
  for (const k of [0, classes - 1]) match(text, new RegExp(`^export const pass${k}:`, "m"));
  return tookMs;
}

/**
 * Changes one class after another, and checks after each change that it was read, alone, and written.
 *
 * @returns milliseconds from each change until its run had ended
 */
async function changeWhileWatching(folder: string, classes: number): Promise<number[]> {
  const stop = new AbortController();
  let told = Promise.withResolvers<WatchRun>();
  const watching = watch({ configPath: join(folder, "sluice.json") }, (run) => told.resolve(run), stop.signal);
  // Ends the wait for a run with the error that ended the watch.
  watching.catch((error) => told.reject(error));
  const nextRun = async (): Promise<WatchRun> => {
    const run = await told.promise;
    told = Promise.withResolvers();
    return run;
  };
  const tookMs: number[] = [];
  try {
    equal((await nextRun()).result.nodeTypes.length, classes);
    for (let change = 0; change < WARM_UP + CHANGES; change++) {
      const k = (change * 71) % classes;
      const level = 10_000 + change;
      const fromMs = performance.now();
      await writeFile(join(folder, `pass_${k}.ts`), classText(k, level));
      let run = await nextRun();
      // On a busy machine the system may tell of the change before a second time.
      while (!run.changed.includes(`pass_${k}.ts`)) run = await nextRun();
      const ms = performance.now() - fromMs;
      deepEqual([run.changed, run.result.scanned, run.result.diagnostics], [[`pass_${k}.ts`], 1, []]);
      match(await readFile(join(folder, "sluice.gen.ts"), "utf8"), new RegExp(`default: ${level}\\b`));
      if (change >= WARM_UP) tookMs.push(ms);
    }
  } finally {
    stop.abort();
    await watching;
  }
  return tookMs;
}

function times(tookMs: readonly number[], show: (ms: number) => string): Omit<Row, "what" | "goal" | "hit"> {
  return {
    peer: "",
    result: show(median(tookMs)),
    spread: `${show(Math.min(...tookMs))} to ${show(Math.max(...tookMs))}`,
    detail: `median of ${tookMs.length}`,
  };
}

function goal(
  tookMs: readonly number[],
  limitMs: number,
  show: (ms: number) => string,
): Pick<Row, "goal" | "hit"> {
  return { goal: `≤ ${show(limitMs).replace(/\.0+ /, " ")}`, hit: median(tookMs) <= limitMs };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}
