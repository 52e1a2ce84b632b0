/**
 * Finds what failed tests say in the output of a test runner, among the logs of a thousand tests that passed.
 *
 * @module
 */

/** What a test runner says of the tests that failed. */
export interface FailedTests {
  /** One for each failed test: its name, and where it is told the file, line and column. */
  readonly names: readonly string[];
  /** What the failed tests printed, then what went wrong in each, then the runner's own list. */
  readonly details: string;
}

/** The most that is kept of what one failed test printed, in characters; its end is the stronger part. */
const MAX_PRINTED_CHARS = 2000;

/** How many lines are shown before an error that no test caught: they tell which test ran. */
const LINES_BEFORE_UNCAUGHT = 10;

/** The heads of the two closing sections of `deno test`, as it prints them without colours. */
const DENO_ERRORS = " ERRORS ";
const DENO_FAILURES = " FAILURES ";

/** The module under whose name the tests of many others run. */
const TOGETHER = "./tools/together.ts";

const DENO_MODULE = /^running \d+ tests? from (.+)$/;
const CARGO_FAILED = /^test (.+) \.\.\. FAILED$/;

/**
 * Reads the closing sections of `deno test`, and what its failed tests printed.
 *
 * @param output what `deno test` printed, without colour codes
 * @returns `undefined` if the output has no such sections: nothing failed, or the runner did not finish
 */
export function readDenoFailures(output: string): FailedTests | undefined {
  const lines = output.split("\n");
  const failures = lines.lastIndexOf(DENO_FAILURES);
  if (failures < 0) return undefined;
  const closing = lines.findIndex((line, index) => index > failures && line.startsWith("FAILED | "));
  const end = closing < 0 ? lines.length : closing + 1;
  const names = lines.slice(failures + 1, closing < 0 ? end : closing).filter((line) => line !== "");
  // What a test says of another runner that it ran may have such sections, too.
  const errors = lines.findIndex((line, index) => line === DENO_ERRORS && lines[index + 2] === names[0]);
  const start = errors < 0 ? failures : errors;
  const printed = printedByTests(lines.slice(0, start), names);
  return { names, details: [...printed, ...lines.slice(start, end)].join("\n") };
}

/**
 * Reads the sections `failures:` of `cargo test`, one for each test binary.
 *
 * @param output what `cargo test` printed, without colour codes
 * @returns `undefined` if no test failed
 */
export function readCargoFailures(output: string): FailedTests | undefined {
  const names: string[] = [];
  const details: string[] = [];
  let within = false;
  for (const line of output.split("\n")) {
    const name = CARGO_FAILED.exec(line)?.[1];
    if (name !== undefined) names.push(name);
    within ||= line === "failures:";
    if (within) details.push(line);
    if (line.startsWith("test result: ")) within = false;
  }
  return names.length === 0 ? undefined : { names, details: details.join("\n") };
}

/**
 * Reads the sections of failures of `pytest`, and its summary.
 *
 * @param output what `pytest` printed, without colour codes
 * @returns `undefined` if no test failed
 */
export function readPythonFailures(output: string): FailedTests | undefined {
  const lines = output.split("\n");
  const names = lines.flatMap((line) => /^(?:FAILED|ERROR) (\S+)/.exec(line)?.[1] ?? []);
  if (names.length === 0) return undefined;
  const start = lines.findIndex((line) => /^=+ (?:FAILURES|ERRORS) =+$/.test(line));
  return { names, details: lines.slice(Math.max(start, 0)).join("\n") };
}

/** What those tests printed, and their steps: the lines from `name ...` to `name ... FAILED`. */
function printedByTests(lines: readonly string[], names: readonly string[]): string[] {
  const wanted = new Set(names.flatMap(testKeys));
  const printed: string[] = [];
  let module = "";
  let test: { name: string; lines: string[] } | undefined;
  for (const [index, line] of lines.entries()) {
    module = DENO_MODULE.exec(line)?.[1] ?? module;
    if (line === `Uncaught error from ${module} FAILED`) {
      printed.push(keepEnd(lines.slice(Math.max(0, index - LINES_BEFORE_UNCAUGHT), index + 1).join("\n")));
    }
    test?.lines.push(line);
    if (test === undefined && line.endsWith(" ...") && wanted.has(`${line.slice(0, -4)} => ${module}`)) {
      test = { name: line.slice(0, -4), lines: [line] };
    } else if (test !== undefined && line.startsWith(`${test.name} ... FAILED`)) {
      printed.push(keepEnd(test.lines.join("\n")));
      test = undefined;
    } else if (test !== undefined && line.startsWith(`${test.name} ... ok`)) {
      test = undefined;
    }
  }
  if (test !== undefined) printed.push(keepEnd(test.lines.join("\n")));
  return printed;
}

/**
 * `name ... step => ./file_test.ts:1:2` without the step, the line and the column, by each module under whose name the
 * test may have run.
 */
function testKeys(failure: string): string[] {
  const arrow = failure.lastIndexOf(" => ");
  const test = failure.slice(0, arrow).split(" ... ")[0];
  return [failure.slice(arrow + 4).replace(/:\d+:\d+$/, ""), TOGETHER].map((module) => `${test} => ${module}`);
}

function keepEnd(text: string): string {
  if (text.length <= MAX_PRINTED_CHARS) return text;
  return `[… ${text.length - MAX_PRINTED_CHARS} characters before this]${text.slice(-MAX_PRINTED_CHARS)}`;
}
