import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { eachDriver } from "../tests/fixtures/each_driver.ts";
import { counting, gathering, sink, source } from "../tests/fixtures/scripted.ts";
import { until } from "../tests/fixtures/waiting.ts";
import { nodes } from "../sluice.gen.ts";
import { type LogEntry, tapLog } from "./log.ts";
import { Runtime } from "./runtime.ts";
import { viewRuntime } from "./runtime_view.ts";
import type { RunSummary } from "./stats.ts";

/** What a program would be told: the errors of the log and the exit code, which is set back. */
function watchProgram(): Disposable & { readonly errors: string[]; takeExitCode(): number } {
  const errors: string[] = [];
  const end = tapLog(({ level, message }: LogEntry) => level === "error" ? void errors.push(message) : undefined);
  return {
    errors,
    takeExitCode() {
      const code = Deno.exitCode;
      Deno.exitCode = 0;
      return code;
    },
    [Symbol.dispose]: end,
  };
}

eachDriver("an offline graph that is disposed of before its end is broken off, and says so", async (native) => {
  using program = watchProgram();
  const folder = await Deno.makeTempDir({ prefix: "sluice-dispose-" });
  {
    await using runtime = new Runtime({ mode: "offline", native });
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 3_600 }));
    const out = runtime.add(nodes.wavSink({ path: `${folder}/out.wav` }));
    runtime.connect(tone.outputs.audio, out.inputs.audio);
    await runtime.start();
    while (runtime.stats().links[0].read === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  match(program.errors.join(), /^The graph was disposed of before it came to its end, .* await runtime\.finished/);
  equal(program.takeExitCode(), 1);
  deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["out.wav.partial"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("who has asked for the end of an offline graph is told there that it was broken off", async () => {
  using program = watchProgram();
  const runtime = new Runtime({ mode: "offline" });
  runtime.connect(runtime.add(source(counting(1e9))).outputs.audioOut, runtime.add(sink(gathering([]))).inputs.audioIn);
  await runtime.start();
  const told = rejects(runtime.finished, {
    code: "Busy",
    message: /^The graph was disposed of before it came to its end/,
  });
  await runtime[Symbol.asyncDispose]();
  await told;
  deepEqual([program.errors, program.takeExitCode()], [[], 0]);
});

Deno.test("a line that asks for the end without waiting for it does not keep that to itself", async () => {
  using program = watchProgram();
  {
    await using runtime = new Runtime({ mode: "offline" });
    const to = runtime.add(sink(gathering([])));
    runtime.connect(runtime.add(source(counting(1e9))).outputs.audioOut, to.inputs.audioIn);
    await runtime.start();
    void runtime.finished;
  }
  match(program.errors.join(), /^The graph was disposed of before it came to its end, .* await runtime\.finished/);
  equal(program.takeExitCode(), 1);
});

for (const mode of ["live", "offline"] as const) {
  eachDriver(`a failure that nobody waits for is told before the graph is disposed of (${mode})`, async (native) => {
    using program = watchProgram();
    {
      await using runtime = new Runtime({ mode, native });
      const to = runtime.add(sink({
        process() {
          if (this.audioIn!.read()) throw new Error("broken on purpose");
        },
      }));
      runtime.connect(runtime.add(source(counting(1e9))).outputs.audioOut, to.inputs.audioIn);
      await runtime.start();
      await until(() => program.errors.length > 0);
    }
    match(
      program.errors.join("\n"),
      /^Node "scripted-sink" \(scripted-sink\) failed in process\(\): broken on purpose$/,
    );
    equal(program.takeExitCode(), 1);
  });
}

for (const how of ["await", "all", "race", "then", "finally"] as const) {
  Deno.test(`who waits for the end by ${how} is told there, and the program is not`, async () => {
    using program = watchProgram();
    const runtime = new Runtime({ mode: "offline" });
    const to = runtime.add(sink(gathering([])));
    runtime.connect(runtime.add(source(counting(1e9))).outputs.audioOut, to.inputs.audioIn);
    await runtime.start();
    const { finished } = runtime;
    const waits = {
      await: async () => await finished,
      all: () => Promise.all([finished]),
      race: () => Promise.race([finished]),
      then: () => finished.then((summary) => summary),
      finally: () => finished.finally(() => {}),
    };
    const told = rejects(waits[how]() as Promise<unknown>, { code: "Busy" });
    await runtime[Symbol.asyncDispose]();
    await told;
    deepEqual([program.errors, program.takeExitCode()], [[], 0]);
  });
}

Deno.test("an offline graph that is disposed of when its sources have ended comes to its end", async () => {
  using program = watchProgram();
  const values: number[] = [];
  {
    await using runtime = new Runtime({ mode: "offline" });
    const from = runtime.add(source(counting(4)));
    const to = runtime.add(sink(gathering(values)));
    runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
    await runtime.start();
    while (runtime.stats().links[0].state === "open") await new Promise((resolve) => setTimeout(resolve));
  }
  deepEqual([values, program.errors, program.takeExitCode()], [[0, 1, 2, 3], [], 0]);
});

Deno.test("a live graph that is disposed of is stopped: what it has recorded is complete", async () => {
  using program = watchProgram();
  const folder = await Deno.makeTempDir({ prefix: "sluice-dispose-" });
  {
    await using runtime = new Runtime({ mode: "live" });
    const tone = runtime.add(nodes.toneSource());
    const out = runtime.add(nodes.wavSink({ path: `${folder}/out.wav` }));
    runtime.connect(tone.outputs.audio, out.inputs.audio);
    await runtime.start();
    while (runtime.stats().links[0].read === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  deepEqual([program.errors, program.takeExitCode()], [[], 0]);
  deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["out.wav"]);
  await Deno.remove(folder, { recursive: true });
});

type End = (runtime: Runtime) => Promise<unknown>;

const ENDS: { readonly [name: string]: End } = {
  "stop()": (runtime) => runtime.stop(),
  "disposal": (runtime) => runtime[Symbol.asyncDispose](),
};

for (const mode of ["live", "offline"] as const) {
  for (const [first, begin] of Object.entries(ENDS)) {
    for (const [second, join] of Object.entries(ENDS)) {
      Deno.test(`${first} and ${second} at once are one end of a graph (${mode})`, async () => {
        using program = watchProgram();
        const runtime = endless(mode);
        const { finished } = await started(runtime);
        const both = [begin(runtime), join(runtime)];
        await Promise.all(both);
        const isBroken = mode === "offline" && first === "disposal" && second === "disposal";
        if (isBroken) await rejects(finished, { code: "Busy", message: /^The graph was disposed of before/ });
        else equal((await finished).outcome, "stopped");
        deepEqual(program.errors, []);
        // What comes after the end is no other end.
        await Promise.all([begin(runtime), join(runtime)]);
        equal((await runtime.stop())?.outcome, isBroken ? "failed" : "stopped");
        equal(program.takeExitCode(), 0);
      });
    }
  }
}

Deno.test("stop() of a graph that is being broken off gives the summary of that end", async () => {
  using program = watchProgram();
  const runtime = endless("offline");
  await started(runtime);
  const disposed = runtime[Symbol.asyncDispose]();
  while (viewRuntime(runtime).session?.state !== "stopping") await Promise.resolve();
  const summary = await runtime.stop();
  await disposed;
  deepEqual([summary?.outcome, summary], ["failed", runtime.summary()]);
  program.takeExitCode();
});

function endless(mode: "live" | "offline"): Runtime {
  const runtime = new Runtime({ mode });
  runtime.connect(runtime.add(source(counting(1e9))).outputs.audioOut, runtime.add(sink(gathering([]))).inputs.audioIn);
  return runtime;
}

/** @returns the promise of the end, which is asked for */
async function started(runtime: Runtime): Promise<{ readonly finished: Promise<RunSummary> }> {
  await runtime.start();
  const { finished } = runtime;
  finished.catch(() => {});
  return { finished };
}
