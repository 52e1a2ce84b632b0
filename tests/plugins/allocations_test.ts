/** A tick of a native lane with stages of plugins allocates nothing: a test allocator counts. */
import { equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { compile, noRustPlugin, PluginFolder } from "../fixtures/plugins/build.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/plugins/", import.meta.url));
const obstacle = noRustPlugin("sensors");

Deno.test({
  name: `stages for sensors allocate nothing in a tick${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`,
  ignore: obstacle !== undefined,
  fn: async () => {
    await using folder = await PluginFolder.make();
    const plugin = await folder.addRust("sensors");
    const counter = `${folder.path}/libcount.so`;
    await compile([
      "-std=c11",
      "-O1",
      "-Wall",
      "-Werror",
      "-fPIC",
      "-shared",
      `${FIXTURES}count_allocations.c`,
      "-o",
      counter,
    ]);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `${FIXTURES}allocating_run.ts`, counter, plugin],
      env: { LD_PRELOAD: counter },
    }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
    const { short, long } = JSON.parse(new TextDecoder().decode(stdout));
    ok(short[0] > 50, `the start of a run allocates, and ${short[0]} times were seen`);
    ok(long[1] > short[1] + 4_000, `${short[1]} and ${long[1]} ticks`);
    // Reports of progress come by time: a few more in the longer run.
    ok(long[0] - short[0] < 50, `${short} and ${long} allocations and ticks`);
  },
});
