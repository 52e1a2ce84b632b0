import assert from "node:assert/strict";
import { readCargoFailures, readDenoFailures } from "./failed_tests.ts";

/** What `deno test` prints of a module with a failed test, a failed step and an error that no test caught. */
const DENO_OUTPUT = `running 3 tests from ./a_test.ts
good ...
------- output -------
noise of good
----- output end -----
good ... ok (1ms)
bad ...
------- output -------
noise of bad
----- output end -----
bad ... FAILED (1ms)
stepper ...
  one ... ok (0ms)
  two ... FAILED (1ms)
stepper ... FAILED (due to 1 failed step) (1ms)
running 2 tests from ./b_test.ts
bad ...
------- output -------
noise of its namesake
----- output end -----
bad ... ok (1ms)
late ...
Uncaught error from ./b_test.ts FAILED
late ... cancelled (0ms)

 ERRORS 

bad => ./a_test.ts:3:6
error: AssertionError: 1 !== 2

stepper ... two => ./a_test.ts:5:9
error: Error: x

./b_test.ts (uncaught error)
error: Error: y

 FAILURES 

bad => ./a_test.ts:3:6
stepper ... two => ./a_test.ts:5:9
./b_test.ts (uncaught error)

FAILED | 2 passed (1 step) | 4 failed (1 step) (331ms)

error: Test failed
`;

/** What `cargo test` prints of two test binaries, one with a failed test. */
const CARGO_OUTPUT = `running 2 tests
test tests::good ... ok
test tests::bad ... FAILED

failures:

---- tests::bad stdout ----
assertion failed

failures:
    tests::bad

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.08s

   Doc-tests core
running 0 tests
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;

Deno.test("readDenoFailures() names the failed tests, steps and modules", () => {
  assert.deepEqual(readDenoFailures(DENO_OUTPUT)?.names, [
    "bad => ./a_test.ts:3:6",
    "stepper ... two => ./a_test.ts:5:9",
    "./b_test.ts (uncaught error)",
  ]);
});

Deno.test("readDenoFailures() keeps what failed tests printed, the errors and the list, in this order", () => {
  const details = readDenoFailures(DENO_OUTPUT)?.details ?? "";
  const parts = ["noise of bad", "  two ... FAILED", "Uncaught error from ./b_test.ts FAILED", " ERRORS ", "1 !== 2"];
  const places = [...parts, " FAILURES ", "4 failed (1 step)"].map((part) => details.indexOf(part));
  assert.ok(!places.includes(-1), details);
  assert.deepEqual(places, places.toSorted((a, b) => a - b));
  assert.ok(details.endsWith("(331ms)"), details);
});

Deno.test("readDenoFailures() leaves out what other tests printed, also those of the same name", () => {
  const withMuchBetween = DENO_OUTPUT.replace("late ...\n", "late ...\n" + "a line\n".repeat(10));
  assert.doesNotMatch(readDenoFailures(withMuchBetween)?.details ?? "", /noise of good|noise of its namesake/);
});

Deno.test("readDenoFailures() keeps what failed tests printed that ran in one isolate with others", () => {
  const together = DENO_OUTPUT
    .replace(
      "running 3 tests from ./a_test.ts\n",
      "running 5 tests from ./tools/together.ts\nbad ...\nearly\nbad ... ok (0ms)\n",
    )
    .replace("running 2 tests from ./b_test.ts\n", "");
  const details = readDenoFailures(together)?.details ?? "";
  assert.match(details, /^bad \.\.\.\n.*\nnoise of bad\n[^]*stepper \.\.\.\n {2}one/);
  assert.doesNotMatch(details, /early|noise of good|noise of its namesake/);
});

Deno.test("readDenoFailures() tells sections of a runner that a failed test ran from its own", () => {
  const inner =
    "running 1 test from ./x_test.ts\nx ... FAILED (1ms)\n\n ERRORS \n\nx => ./x_test.ts:1:1\nerror: inner\n\n" +
    " FAILURES \n\nx => ./x_test.ts:1:1\n\nFAILED | 0 passed | 1 failed (1s)\n";
  const failed = readDenoFailures(DENO_OUTPUT.replace("error: Error: x\n", `error: Error: ${inner}`));
  assert.equal(failed?.names.length, 3);
  assert.match(failed?.details ?? "", /1 !== 2[^]*error: inner[^]*Error: y[^]* FAILURES /);
});

Deno.test("readDenoFailures() keeps the end of what one test printed", () => {
  const long = DENO_OUTPUT.replace("noise of bad", `start${"x".repeat(10_000)}end of noise`);
  const details = readDenoFailures(long)?.details ?? "";
  assert.match(details, /^\[… 8\d\d\d characters before this\]x+end of noise\n/);
});

Deno.test("readDenoFailures() is undefined where no test failed, or the runner did not come to its end", () => {
  assert.equal(readDenoFailures("x ... ok (0ms)\n\nok | 12 passed | 0 failed (1s)\n"), undefined);
  assert.equal(readDenoFailures("running 1 test from ./a_test.ts\nx ...\n"), undefined);
});

Deno.test("readCargoFailures() names the failed tests and keeps the sections of their binaries alone", () => {
  const failed = readCargoFailures(CARGO_OUTPUT);
  assert.deepEqual(failed?.names, ["tests::bad"]);
  assert.match(failed?.details ?? "", /^failures:\n\n---- tests::bad stdout ----\nassertion failed\n/);
  assert.match(failed?.details ?? "", /\ntest result: FAILED\. 1 passed; 1 failed; .*$/);
});

Deno.test("readCargoFailures() is undefined where no test failed", () => {
  assert.equal(readCargoFailures("test a ... ok\ntest result: ok. 1 passed; 0 failed;"), undefined);
  assert.equal(readCargoFailures("error: could not compile `sluice-core`"), undefined);
});
