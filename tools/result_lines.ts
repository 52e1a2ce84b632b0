/**
 * Reads the closing lines of test runners, so that `deno task test` can add them up.
 *
 * @module
 */

/** How many tests passed and failed. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
}

const DENO_LINE = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \||\s*\(|$)/;
const PYTEST_LINE = /^(?:=+ )?(?:\d+ [a-z]+, )*\d+ (?:passed|failed|errors?|skipped|warnings?)\b.* in [\d.]+s/;
const CARGO_LINE = /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed;/;

/**
 * Adds up `ok | 12 passed (3 steps) | 0 failed | 2 ignored (1s)`.
 *
 * @param output what `deno test` printed, without colour codes
 * @returns `undefined` if the output has no such line: the runner did not finish
 */
export function countDenoTests(output: string): TestCount | undefined {
  return addUp(output, DENO_LINE);
}

/**
 * Adds up the lines `test result: ok. 5 passed; 0 failed; …`, one for each test binary.
 *
 * @param output what `cargo test` printed, without colour codes
 * @returns `undefined` if no such line is there: nothing was run
 */
export function countCargoTests(output: string): TestCount | undefined {
  return addUp(output, CARGO_LINE);
}

/**
 * Reads `2 failed, 12 passed, 1 skipped in 3.21s`. An error before or after a test counts as a failure.
 *
 * @param output what `pytest` printed, without colour codes
 * @returns `undefined` if the output has no such line: the runner did not finish
 */
export function countPythonTests(output: string): TestCount | undefined {
  const line = output.split("\n").findLast((each) => PYTEST_LINE.test(each.trim()));
  if (line === undefined) return undefined;
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed") + count("errors?") };
}

function addUp(output: string, pattern: RegExp): TestCount | undefined {
  let found = false;
  let passed = 0;
  let failed = 0;
  for (const line of output.split("\n")) {
    const match = pattern.exec(line.trim());
    if (match === null) continue;
    found = true;
    passed += Number(match[1]);
    failed += Number(match[2]);
  }
  return found ? { passed, failed } : undefined;
}
