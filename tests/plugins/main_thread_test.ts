/**
 * What native stages have the main thread do, by `run_on_main`. Each runs in a program of its own: `deno test` runs modules
 * on other threads than the one on which the process began.
 */
import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import type { Case } from "../fixtures/plugins/main_thread_run.ts";

const PROGRAM = fileURLToPath(new URL("../fixtures/plugins/main_thread_program.ts", import.meta.url));

/** Answers of the host. */
const ON_MAIN = -4;
const NO_MAIN = -5;

const WELL = { held: 1, answer: 0, inner: ON_MAIN, wasMain: 1, done: 1, dropped: 0 };
const NOTHING = { inner: 0, wasMain: 0, done: 0, dropped: 1 };

let folder: Promise<PluginFolder> | undefined;

async function make(): Promise<PluginFolder> {
  const made = await PluginFolder.make();
  await made.addC("main_thread", { file: "main_thread.c" });
  return made;
}

/** @returns the figures of the stage */
async function run(what: Case | "worker"): Promise<unknown> {
  const { path } = await (folder ??= make());
  const args = ["run", "-A", "--no-check", PROGRAM, path, typeof what === "string" ? what : JSON.stringify(what)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const text = new TextDecoder();
  equal(success, true, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

Deno.test.afterAll(async () => await (await folder)?.[Symbol.asyncDispose]());

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `run_on_main: ${name}`, ignore: noPlugins !== undefined, fn });
}

test("a stage that waits has it done on the main thread, which is refused to wait for itself", async () => {
  deepEqual(await run({ wait: true }), WELL);
});

test("a stage that does not wait has it done on the main thread soon", async () => {
  deepEqual(await run({ wait: false }), WELL);
});

test("a stage in a process of its own holds no main thread, and nothing is done", async () => {
  deepEqual(await run({ isolate: "process" }), { ...NOTHING, held: 0, answer: NO_MAIN });
});

test("a stage that waits is refused where the runtime is in a Worker, and does not hang", async () => {
  const { held: _, ...figures } = await run("worker") as Record<string, number>;
  deepEqual(figures, { ...NOTHING, answer: NO_MAIN });
});
