import assert from "node:assert/strict";
import { FIXTURES, sluice } from "./command_line.ts";

const TOLD = 'Cannot use "discontinuity" of a frame in node "bad" (from "bad.audioIn"';

/** Whether the fault of the graph's node was found. */
async function finds(args: readonly string[], dev?: string): Promise<boolean> {
  const env = { SLUICE_DEV: dev ?? "" };
  const { code, stderr } = await sluice(["run", `${FIXTURES}/careless.json`, "--quiet", ...args], { env });
  assert.equal(code, stderr.includes(TOLD) ? 1 : 0, stderr);
  return code === 1;
}

Deno.test("sluice run checks frames with --dev, with --watch, and where SLUICE_DEV says so", async () => {
  assert.equal(await finds([]), false);
  assert.equal(await finds([], "1"), true);
  assert.equal(await finds(["--dev"]), true);
  assert.equal(await finds(["--dev"], "0"), true);
  assert.equal(await finds(["--watch"]), true);
  assert.equal(await finds(["--watch"], "0"), false);
});
