import assert from "node:assert/strict";
import { type Gate, runGates } from "./gate_runner.ts";
import { countDenoTests, type TestCount } from "./result_lines.ts";

/** A gate whose command prints `text` and ends with `code`. */
function gate(name: string, text: string, code: number, more: Partial<Gate> = {}): Gate {
  const script = `console.log(${JSON.stringify(text)}); Deno.exit(${code});`;
  return { name, commands: [{ program: Deno.execPath(), args: ["eval", script] }], ...more };
}

async function run(gates: Gate[], skipNative?: string): Promise<{ total: TestCount; report: string }> {
  let report = "";
  const total = await runGates(gates, { write: (text) => void (report += text), skipNative });
  return { total, report };
}

Deno.test("runGates() goes on after a failed gate and shows its output alone", async () => {
  const { total, report } = await run([gate("first", "wrong here", 3), gate("second", "all is well", 0)]);
  assert.deepEqual(total, { passed: 1, failed: 1 });
  assert.match(report, /^first \.+ FAILED \(.* s\)\n {4}\$ .*\n {4}wrong here\n/);
  assert.match(report, /\nsecond \.+ ok \(.* s\)\n$/);
  assert.doesNotMatch(report, /all is well/);
});

Deno.test("runGates() adds a test runner's tests to the other gates", async () => {
  const tests = gate("tests", "ok | 7 passed | 0 failed (1s)", 0, { count: countDenoTests });
  const { total, report } = await run([gate("format", "", 0), tests]);
  assert.deepEqual(total, { passed: 8, failed: 0 });
  assert.match(report, /tests \.+ ok 7 passed, 0 failed/);
});

Deno.test("runGates() counts a test runner that ended badly, or ran nothing, as one failed", async () => {
  const crashed = gate("crashed", "error: Type checking failed.", 1, { count: countDenoTests });
  const leaked = gate("leaked", "ok | 2 passed | 0 failed (1s)", 1, { count: countDenoTests });
  const empty = gate("empty", "ok | 0 passed | 0 failed (1s)", 0, { count: countDenoTests });
  assert.deepEqual((await run([crashed, leaked, empty])).total, { passed: 2, failed: 3 });
});

Deno.test("runGates() leaves native gates out, with the reason, and does not count them", async () => {
  const { total, report } = await run([gate("clippy", "", 1, { native: true }), gate("lint", "", 0)], "no cargo");
  assert.deepEqual(total, { passed: 1, failed: 0 });
  assert.match(report, /^clippy \.+ left out: no cargo\n/);
});

Deno.test("runGates() fails a gate whose program is missing", async () => {
  const missing = { name: "missing", commands: [{ program: "no-such-program-here", args: [] }] };
  const { total, report } = await run([missing]);
  assert.deepEqual(total, { passed: 0, failed: 1 });
  assert.match(report, /Cannot start "no-such-program-here"/);
});
