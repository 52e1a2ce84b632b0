import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { eachDriver } from "../tests/fixtures/each_driver.ts";
import { counting, gathering, sink, source } from "../tests/fixtures/scripted.ts";
import { nodes } from "../sluice.gen.ts";
import { type LogEntry, tapLog } from "./log.ts";
import { Runtime } from "./runtime.ts";

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
  const { finished } = runtime;
  await runtime[Symbol.asyncDispose]();
  await rejects(finished, { code: "Busy", message: /^The graph was disposed of before it came to its end/ });
  deepEqual([program.errors, program.takeExitCode()], [[], 0]);
});

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
