import assert from "node:assert/strict";
import { main } from "./main.ts";
import { type Io, TextOutput } from "./output/output.ts";

Deno.test("main() starts what a run needs before the graph is read, and nothing for other commands", async () => {
  const written: string[] = [];
  const into = new TextOutput({
    writeSync: (bytes: Uint8Array) => {
      written.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  });
  const io: Io = { stdout: into, stderr: into, interactive: false, screen: false, columns: () => 80, rows: () => 24 };
  const missing = "/nowhere/graph.json";
  const started = async (...args: string[]) => {
    let count = 0;
    const exitCode = await main(args, io, () => {
      assert.deepEqual(written, []);
      count++;
    });
    written.length = 0;
    return [count, exitCode];
  };
  assert.deepEqual(await started("run", missing), [1, 2]);
  // By the grammar of all commands.
  assert.deepEqual(await started("run", missing, "--seconds", "1"), [1, 2]);
  for (const args of [["check", missing], ["graph", missing], ["run", missing, "--secnods", "1"]]) {
    assert.deepEqual(await started(...args), [0, 2], args.join(" "));
  }
  assert.deepEqual(await started("--version"), [0, 0]);
});
