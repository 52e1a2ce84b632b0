/** What becomes of a program whose main thread something keeps. */
import { deepEqual, match, ok } from "node:assert/strict";
import { eachDriver } from "./fixtures/each_driver.ts";
import { readPrinted } from "./cli/command_line.ts";

const SCRIPT = new URL("./fixtures/held_main.ts", import.meta.url).pathname;

/** Runs the program in a process of its own, since nothing of it runs any more. */
async function run(
  what: string,
  native: "require" | "off",
  options: Record<string, unknown>,
  permissions: readonly string[] = ["-A"],
): Promise<{ code: number; said: string; told: string[] }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...permissions,
      "--no-prompt",
      "--no-check",
      "--quiet",
      SCRIPT,
      what,
      native,
      JSON.stringify(options),
    ],
    env: { NO_COLOR: "1", SLUICE_LOG: "warn" },
    stdin: "null",
  }).output();
  return { code, said: readPrinted(stdout), told: readPrinted(stderr).trimEnd().split("\n") };
}

const NEXT = "nothing else on the main thread can run meanwhile: run what takes long on a worker lane";
const END = "the program is ended, and files that were being written are not complete";

eachDriver(
  "a node in an endless loop on lane main is told of, and ends the program at callTimeoutMs",
  async (native) => {
    const { code, said, told } = await run("hangs", native, { stuckAfterMs: 400, callTimeoutMs: 1_600 });
    deepEqual([code, said, told.length], [1, "", 2], told.join("\n"));
    match(
      told[0],
      new RegExp(
        `warn  runtime: Node "bad" \\(faulty\\) has kept lane "main" for \\d+ ms without returning; ${NEXT}; the program ` +
          `is ended, and files that are being written are not complete, once that has lasted 1600 ms, which ` +
          `"callTimeoutMs" can change$`,
      ),
    );
    match(
      told[1],
      new RegExp(
        `^error: Node "bad" \\(faulty\\) has kept lane "main" for \\d+ ms without returning: ${END}; if it may take ` +
          `longer, raise "callTimeoutMs"$`,
      ),
    );
  },
);

eachDriver("a setup() that keeps lane main ends the program at setupTimeoutMs", async (native) => {
  const { code, told } = await run("hangs in setup", native, { stuckAfterMs: 0, setupTimeoutMs: 800 });
  deepEqual([code, told.length], [1, 1], told.join("\n"));
  match(
    told[0],
    new RegExp(
      `^error: Node "bad" \\(faulty\\) has not returned from setup\\(\\) for \\d+ ms, and keeps lane "main": ${END}; if ` +
        `it may take longer, raise "setupTimeoutMs" of the runtime$`,
    ),
  );
});

eachDriver("a program that keeps the main thread itself for long goes on, and no node is blamed", async (native) => {
  const found = await run("the program", native, { stuckAfterMs: 1_500, callTimeoutMs: 2_000 });
  deepEqual(found, { code: 0, said: "completed\n", told: [""] });
});

for (
  const [what, call, code] of [["exits the worker", "Deno.exit()", 3], ["closes the worker", "close()", 1]] as const
) {
  eachDriver(`a node on lane main that calls ${call} is told of, and the exit code is not 0`, async (native) => {
    const { code: ended, told } = await run(what, native, { stuckAfterMs: 0 });
    const wanted =
      `error: Node "bad" (faulty) called ${call}: the program ends, and files that were being written are ` +
      "not complete";
    deepEqual([ended, told], [code, [wanted]]);
  });
}

eachDriver("a program that exits while a graph runs is its own affair", async (native) => {
  const found = await run("the program exits", native, { stuckAfterMs: 0 });
  deepEqual(found, { code: 0, said: "", told: [""] });
});

Deno.test("in a debugger a node may keep the main thread for as long as it takes", async () => {
  const permissions = ["-A", "--inspect=127.0.0.1:0"];
  const { code, said, told } = await run("the node for a while", "off", { callTimeoutMs: 500 }, permissions);
  deepEqual([code, said], [0, "completed\n"], told.join("\n"));
  ok(!told.some((line) => line.includes("bad")), told.join("\n"));
});

Deno.test({
  name: "without --allow-ffi a program whose main thread a node keeps is ended by SIGKILL",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const allowed = ["--allow-read", "--allow-env", "--allow-run"];
    const { code, told } = await run("hangs", "off", { stuckAfterMs: 0, callTimeoutMs: 800 }, allowed);
    deepEqual([code, told.length], [137, 1], told.join("\n"));
    match(told[0], /^error: Node "bad" .* has kept lane "main" /);
  },
});
