import assert from "node:assert/strict";
import { join } from "node:path";
import { readDenoFailures } from "./failed_tests.ts";
import { type Gate, type GatesResult, runGates } from "./gate_runner.ts";
import { countDenoTests } from "./result_lines.ts";

const DENO_TESTS = { count: countDenoTests, failures: readDenoFailures };

/** A gate whose command prints `text` and ends with `code`. */
function gate(name: string, text: string, code: number, more: Partial<Gate> = {}): Gate {
  const script = `console.log(Deno.env.get("TEXT")); Deno.exit(${code});`;
  return { name, commands: [{ program: Deno.execPath(), args: ["eval", script], env: { TEXT: text } }], ...more };
}

/** Runs gates with a folder of its own for their outputs, which it reads. */
async function run(
  gates: Gate[],
  skipNative?: string,
): Promise<
  {
    result: Omit<GatesResult, "shares">;
    shares: GatesResult["shares"];
    report: string;
    outputs: Record<string, string>;
  }
> {
  const folder = await Deno.makeTempDir();
  try {
    let report = "";
    const write = (text: string) => void (report += text.replaceAll(folder, "OUT"));
    const { shares, ...result } = await runGates(gates, { write, skipNative, outputs: join(folder, "gates") });
    const outputs: Record<string, string> = {};
    for (const { name } of Deno.readDirSync(join(folder, "gates"))) {
      outputs[name] = await Deno.readTextFile(join(folder, "gates", name));
    }
    return { result, shares, report, outputs };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What `deno test` prints of tests that pass, with much noise, and one that fails. */
function testsOutput(noise: string, error: string): string {
  const good = `good ...\n${noise}\ngood ... ok (1ms)`;
  const bad = "bad ...\nsaid by bad\nbad ... FAILED (1ms)";
  const end = " FAILURES \n\nbad => ./a_test.ts:3:6\n\nFAILED | 1 passed | 1 failed (1s)";
  return `running 2 tests from ./a_test.ts\n${good}\n${bad}\n\n ERRORS \n\nbad => ./a_test.ts:3:6\n${error}\n\n${end}`;
}

Deno.test("runGates() goes on after a failed gate and shows its output alone", async () => {
  const { result, report } = await run([gate("first", "wrong here", 3), gate("second", "all is well", 0)]);
  assert.deepEqual(result, { passed: 1, failed: 1, failures: ["first: ended with code 3"] });
  assert.match(
    report,
    /^first \.+ FAILED \(.* s\)\n {4}\$ .*\n {4}wrong here\n {4}The whole output is in .*first\.txt\n/,
  );
  assert.match(report, /\nsecond \.+ ok \(.* s\)\n$/);
  assert.doesNotMatch(report, /all is well/);
});

Deno.test("runGates() tells what each gate took that ran, with the processor time of its programs and their children", async () => {
  const busy = 'import process from "node:process"; while (process.cpuUsage().user < 400_000);';
  const child = `await new Deno.Command(Deno.execPath(), { args: ["eval", ${JSON.stringify(busy)}] }).output();`;
  const parent = gate("parent", "", 0, { commands: [{ program: Deno.execPath(), args: ["eval", child] }] });
  const { shares } = await run([parent, gate("clippy", "", 1, { native: true })], "no cargo");
  assert.deepEqual(shares.map(({ name }) => name), ["parent"]);
  const [{ elapsedMs, coreMs }] = shares;
  assert.ok(elapsedMs > 0);
  if (Deno.build.os === "linux") assert.ok(coreMs !== undefined && coreMs >= 400, String(coreMs));
});

Deno.test("runGates() keeps the whole output of each gate in a file of its name", async () => {
  const { outputs } = await run([gate("Deno tests, native", "line\n".repeat(500), 1), gate("lint", "well", 0)]);
  assert.deepEqual(Object.keys(outputs).toSorted(), ["Deno_tests_native.txt", "lint.txt"]);
  assert.equal(outputs["Deno_tests_native.txt"].split("\n").filter((line) => line === "line").length, 500);
  assert.match(outputs["lint.txt"], /^\$ .*\nwell\n$/);
});

Deno.test("runGates() shows the last 150 lines of a failed gate", async () => {
  const text = Array.from({ length: 400 }, (_, index) => `line ${index}`).join("\n");
  const { report } = await run([gate("lint", text, 1)]);
  assert.match(report, /\n {4}line 250\n/);
  assert.match(report, /\n {4}line 399\n/);
  assert.doesNotMatch(report, /line 249\n/);
});

Deno.test("runGates() shows of a failed test runner the failed tests alone, and names them", async () => {
  const text = testsOutput("said by good", "error: AssertionError: 1 !== 2");
  const { result, report } = await run([gate("tests", text, 1, { tests: DENO_TESTS })]);
  assert.deepEqual(result, { passed: 1, failed: 1, failures: ["tests: bad => ./a_test.ts:3:6"] });
  assert.match(report, /^ {2}tests: bad \.\.\. FAILED \(1ms\)\ntests \.+ FAILED 1 passed, 1 failed \(/);
  assert.match(report, /said by bad[^]*AssertionError: 1 !== 2[^]* FAILURES [^]*bad => [^]*The whole output is in /);
  assert.doesNotMatch(report, /said by good/);
});

Deno.test("runGates() shows no more than 8,000 characters of a gate: its two ends", async () => {
  const text = testsOutput("", Array.from({ length: 3000 }, (_, index) => `difference ${index}`).join("\n"));
  const { report } = await run([gate("tests", text, 1, { tests: DENO_TESTS })]);
  assert.ok(report.replaceAll("\n    ", "\n").length < 8500, String(report.length));
  assert.match(report, /said by bad[^]*difference 0\n[^]*\[… \d+ characters left out …\][^]*difference 2999\n/);
  assert.match(report, / FAILURES \n {4}\n {4}bad => /);
});

Deno.test("runGates() adds a test runner's tests to the other gates", async () => {
  const tests = gate("tests", "ok | 7 passed | 0 failed (1s)", 0, { tests: DENO_TESTS });
  const { result, report } = await run([gate("format", "", 0), tests]);
  assert.deepEqual(result, { passed: 8, failed: 0, failures: [] });
  assert.match(report, /tests \.+ ok 7 passed, 0 failed/);
});

Deno.test("runGates() counts a test runner that ended badly, or ran nothing, as one failed", async () => {
  const crashed = gate("crashed", "error: Type checking failed.", 1, { tests: DENO_TESTS });
  const leaked = gate("leaked", "ok | 2 passed | 0 failed (1s)", 1, { tests: DENO_TESTS });
  const empty = gate("empty", "ok | 0 passed | 0 failed (1s)", 0, { tests: DENO_TESTS });
  const { result, report } = await run([crashed, leaked, empty]);
  const failures = ["crashed: ended with code 1", "leaked: ended with code 1", "empty: ended with code 0"];
  assert.deepEqual(result, { passed: 2, failed: 3, failures });
  assert.match(report, /\n {4}error: Type checking failed\.\n/);
});

Deno.test("runGates() leaves native gates out, with the reason, and does not count them", async () => {
  const { result, report } = await run([gate("clippy", "", 1, { native: true }), gate("lint", "", 0)], "no cargo");
  assert.deepEqual(result, { passed: 1, failed: 0, failures: [] });
  assert.match(report, /^clippy \.+ left out: no cargo\n/);
});

/** A gate that writes `own` and waits for the file `other`, at most two minutes: for good if another gate writes it. */
function meeting(name: string, folder: string, own: string, other: string, more: Partial<Gate>): Gate {
  const script = `
    const [folder, own, other] = Deno.args;
    Deno.writeTextFileSync(folder + "/" + own, "");
    for (let left = 2400; left > 0; left--) {
      if ([...Deno.readDirSync(folder)].some(({ name }) => name === other)) Deno.exit(0);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    Deno.exit(1);`;
  return { name, commands: [{ program: Deno.execPath(), args: ["eval", script, folder, own, other] }], ...more };
}

Deno.test("runGates() runs gates beside each other that may, and all others alone", async () => {
  const folder = await Deno.makeTempDir();
  const name = (path: string) => `${folder}/${path}`;
  // Alone it finds what was there before it, and nothing of what comes after.
  const alone = gate("alone", "", 0, {
    commands: [{
      program: Deno.execPath(),
      args: [
        "eval",
        "const has = (path) => { try { return Deno.statSync(path).isFile; } catch { return false; } };" +
        "await new Promise((resolve) => setTimeout(resolve, 100)); Deno.exit(has(Deno.args[0]) && !has(Deno.args[1]) ? 0 : 1);",
        name("b"),
        name("c"),
      ],
    }],
  });
  const { result } = await run([
    meeting("first", folder, "a", "b", { beside: "busy" }),
    meeting("second", folder, "b", "a", { beside: "busy" }),
    alone,
    meeting("third", folder, "c", "d", { beside: "quiet" }),
    meeting("fourth", folder, "d", "c", { beside: "quiet" }),
  ]);
  await Deno.remove(folder, { recursive: true });
  assert.deepEqual(result, { passed: 5, failed: 0, failures: [] });
});

/** A gate that runs a script with a path, and passes if that does not throw. */
function evaluating(name: string, script: string, path: string, more: Partial<Gate> = {}): Gate {
  return { name, commands: [{ program: Deno.execPath(), args: ["eval", script, path] }], ...more };
}

Deno.test("runGates() begins a gate once what it needs is made, and the next ones meanwhile", async () => {
  const folder = await Deno.makeTempDir();
  const made = `${folder}/made`;
  const write = evaluating("", 'Deno.writeTextFileSync(Deno.args[0], "");', made);
  const meet = meeting("maker", folder, "a", "b", { beside: "busy" });
  const { result } = await run([
    { ...meet, commands: [...meet.commands, ...write.commands] },
    evaluating("user", "Deno.statSync(Deno.args[0]);", made, { beside: "busy", needs: "maker" }),
    meeting("other", folder, "b", "a", { beside: "busy" }),
  ]);
  await Deno.remove(folder, { recursive: true });
  assert.deepEqual(result, { passed: 3, failed: 0, failures: [] });
});

Deno.test("runGates() leaves out what needs a gate that failed, and runs what needs one that is not there", async () => {
  const { result, report } = await run([
    gate("maker", "", 1, { beside: "busy" }),
    gate("user", "", 0, { beside: "busy", needs: "maker" }),
    gate("later", "", 0, { beside: "quiet", needs: "maker" }),
    gate("other", "", 0, { beside: "quiet", needs: "nothing" }),
  ]);
  assert.deepEqual(result, { passed: 1, failed: 1, failures: ["maker: ended with code 1"] });
  assert.match(report, /\nuser \.+ left out: "maker" failed\nlater \.+ left out: "maker" failed\n/);
});

Deno.test("runGates() fails a gate whose program is missing", async () => {
  const missing = { name: "missing", commands: [{ program: "no-such-program-here", args: [] }] };
  const { result, report } = await run([missing]);
  assert.deepEqual(result, { passed: 0, failed: 1, failures: ["missing: ended with code 127"] });
  assert.match(report, /Cannot start "no-such-program-here"/);
});
