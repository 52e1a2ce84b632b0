import assert from "node:assert/strict";
import fc from "fast-check";
import { type CommandArgs, parseArgs } from "./args.ts";
import { readPlainRun } from "./plain_run.ts";

/** What Optique makes of a command line, or `undefined` if it refuses it. */
function parsed(args: readonly string[]): CommandArgs | undefined {
  try {
    return parseArgs(args, { stdout: () => {}, stderr: () => {}, colors: false });
  } catch {
    return undefined;
  }
}

/** Without the keys of options that are absent. */
function present(args: CommandArgs | undefined): unknown {
  return args && Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}

const WORDS = [
  "run",
  "check",
  "-q",
  "--quiet",
  "--json",
  "a.json",
  "b c.json",
  "",
  " ",
  "-",
  "--",
  "-qq",
  "-x",
  "help",
];

Deno.test("readPlainRun() gives what parseArgs() gives, or nothing", () => {
  let read = 0;
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 4 });
  fc.assert(
    fc.property(words, (rest) => {
      const args = ["run", ...rest];
      const plain = readPlainRun(args);
      if (plain === undefined) return;
      read++;
      assert.deepEqual(present(parsed(args)), plain, args.join(" "));
    }),
    { numRuns: 400 },
  );
  assert.ok(read > 20, String(read));
});

Deno.test("readPlainRun() reads the plain forms, and leaves all others", () => {
  const plain = {
    command: "run",
    graph: "a.json",
    set: [],
    watch: false,
    dev: false,
    origins: [],
    packages: [],
    plugins: [],
  };
  assert.deepEqual(readPlainRun(["run", "a.json"]), { ...plain, quiet: false, json: false });
  assert.deepEqual(readPlainRun(["run", "-q", "a.json", "--json"]), { ...plain, quiet: true, json: true });
  for (
    const args of [[], ["run"], ["check", "a.json"], ["run", "a.json", "b.json"], ["run", "a.json", "--seconds", "1"]]
  ) {
    assert.equal(readPlainRun(args), undefined, args.join(" "));
  }
});
