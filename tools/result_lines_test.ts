import assert from "node:assert/strict";
import { countCargoTests, countDenoTests, countPythonTests } from "./result_lines.ts";

Deno.test("countDenoTests() reads the closing line with steps, ignored and filtered tests", () => {
  assert.deepEqual(countDenoTests("x ... ok (0ms)\n\nok | 12 passed (3 steps) | 0 failed | 2 ignored (1s)\n"), {
    passed: 12,
    failed: 0,
  });
  assert.deepEqual(countDenoTests("FAILED | 3 passed | 2 failed (1 step) | 4 filtered out (12ms)"), {
    passed: 3,
    failed: 2,
  });
  assert.deepEqual(countDenoTests("ok | 1 passed | 0 failed (4s)"), { passed: 1, failed: 0 });
});

Deno.test("countDenoTests() is undefined when the runner did not come to its end", () => {
  assert.equal(countDenoTests("error: Type checking failed.\nok then | 5 passed\n"), undefined);
});

Deno.test("countCargoTests() adds up the lines of all test binaries", () => {
  const output = [
    "running 5 tests",
    "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
    "   Doc-tests sluice_core",
    "test result: FAILED. 2 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.10s",
  ].join("\n");
  assert.deepEqual(countCargoTests(output), { passed: 7, failed: 1 });
});

Deno.test("countPythonTests() reads the last line of pytest", () => {
  assert.deepEqual(countPythonTests("..F\n1 failed, 12 passed, 1 error, 3 skipped in 4.20s\n"), {
    passed: 12,
    failed: 2,
  });
  assert.deepEqual(countPythonTests("====== 7 passed in 61.02s (0:01:01) ======"), { passed: 7, failed: 0 });
  assert.equal(countPythonTests("ERROR: file or directory not found: python/tests"), undefined);
});

Deno.test("countCargoTests() is undefined when nothing was run", () => {
  assert.equal(countCargoTests("error: could not compile `sluice-core`"), undefined);
});
