/**
 * The gates of the project, in the order in which they begin.
 *
 * @module
 */
import { readCargoFailures, readDenoFailures } from "./failed_tests.ts";
import type { Gate, TestRunner } from "./gate_runner.ts";
import { countCargoTests, countDenoTests } from "./result_lines.ts";
import { ROOT } from "./root.ts";
import { listTypeScript } from "./source_files.ts";

/** The parts whose tests do not depend on the driver, and measure no time. */
const PARTS = ["codegen/testdata", "tools", "web", "tests/types", "tests/portable_protocol_test.ts"];

/** It writes in the checkout, which would disturb the checks beside the tests of parts. */
const WRITES_HERE = "codegen/new_processor_test.ts";

/** Tests of commands, which do not depend on the driver either; most of them start processes. */
const COMMANDS = [
  WRITES_HERE,
  "tests/docs/dependencies_test.ts",
  "tests/docs/registry_test.ts",
  "tests/docs/writing_processors_test.ts",
  "tests/cli/bad_input_test.ts",
  "tests/cli/commands_test.ts",
  "tests/cli/docs_test.ts",
  "tests/cli/graph_test.ts",
  "tests/cli/new_project_test.ts",
  "tests/cli/new_test.ts",
  "tests/cli/npm_packages_test.ts",
  "tests/cli/project_test.ts",
  "tests/cli/top_test.ts",
  "tests/cli/watch_test.ts",
  "tests/mistakes",
];

/** Tests that do not depend on the driver, but on how busy the machine is: they run with nothing beside them. */
const ALONE = [
  "tests/web",
  "tests/control/client_test.ts",
  "tests/control/limits_test.ts",
  "tests/control/secrets_test.ts",
  "tests/control/slow_client_test.ts",
];

/** Into how many gates the tests of a driver are split: most of them wait, so that two cores carry several at once. */
const SHARDS = 6;

/** The public modules. They are checked together: a type that one of them names may be another's. */
const DOORS = ["mod.ts", "sluice.gen.ts", "testing.ts", "generated.ts"];

const DENO_TESTS: TestRunner = { count: countDenoTests, failures: readDenoFailures };
const CARGO_TESTS: TestRunner = { count: countCargoTests, failures: readCargoFailures };

/** The gates before a commit. */
export function commitGates(): Gate[] {
  const parts = testsOfParts();
  return [
    {
      name: "Deno tests of parts",
      beside: true,
      tests: DENO_TESTS,
      commands: [denoTest({}, ...parts)],
    },
    { name: "format", beside: true, commands: [deno("fmt", "--check")] },
    { name: "lint", beside: true, commands: [deno("lint")] },
    { name: "types", beside: true, commands: [deno("check", ".")] },
    { name: "arrows between folders", beside: true, commands: [deno("run", "-A", "tools/check_arrows.ts")] },
    { name: "generated code is current", beside: true, commands: [deno("run", "-A", "codegen/main.ts", "--check")] },
    { name: "floating promises", beside: true, commands: [deno("run", "-A", "tools/lint/floating_promises.ts")] },
    {
      name: "memory layout is current",
      native: true,
      beside: true,
      commands: [cargo("run", "--locked", "--package", "xtask", "--", "layout", "--check")],
    },
    { name: "Rust format", native: true, beside: true, commands: [cargo("fmt", "--all", "--check")] },
    {
      name: "clippy",
      native: true,
      beside: true,
      commands: [cargo("clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings")],
    },
    {
      name: "Rust tests",
      native: true,
      beside: true,
      tests: CARGO_TESTS,
      commands: [cargo("test", "--locked", "--workspace", "--no-fail-fast")],
    },
    {
      name: "Deno tests of commands",
      beside: true,
      tests: DENO_TESTS,
      commands: [denoTest({}, ...COMMANDS)],
    },
    ...driverGates("native"),
  ];
}

/** What runs after {@linkcode commitGates} in `deno task test`. */
export function releaseGates(): Gate[] {
  return [
    ...driverGates("portable"),
    {
      name: "examples in documentation",
      beside: true,
      tests: DENO_TESTS,
      commands: [deno("test", "-A", "--doc", ...filesWithExamples())],
    },
    { name: "documentation of exports", beside: true, commands: [deno("doc", "--lint", ...DOORS)] },
    { name: "publish, dry run", beside: true, commands: [deno("publish", "--dry-run", "--allow-dirty")] },
  ];
}

/** What runs when the others have ended. */
export function lastGates(): Gate[] {
  return [{ name: "Deno tests, alone", tests: DENO_TESTS, commands: [denoTest({}, ...ALONE)] }];
}

/** The tests of one driver: all that neither depend on no driver nor run alone. */
function driverGates(driver: "native" | "portable"): Gate[] {
  const elsewhere = [...testsOfParts(), ...COMMANDS, ...ALONE];
  const modules = testModules().filter((file) =>
    !elsewhere.some((path) => file === path || file.startsWith(`${path}/`))
  );
  return Array.from({ length: SHARDS }, (_, shard) => ({
    name: `Deno tests, ${driver} driver, ${shard + 1} of ${SHARDS}`,
    native: driver === "native",
    beside: true,
    tests: DENO_TESTS,
    commands: [denoTest(
      { SLUICE_NATIVE: driver === "native" ? "require" : "off" },
      ...modules.filter((_, index) => index % SHARDS === shard),
    )],
  }));
}

/** What runs beside the others in `deno task ok:deep`. */
export function deepGates(): Gate[] {
  const asan = { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: "-Zsanitizer=address" };
  const tsan = {
    RUSTC_BOOTSTRAP: "1",
    // The standard library is as it was installed, not instrumented.
    RUSTFLAGS: "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
    RUST_TEST_THREADS: "1",
    TSAN_OPTIONS: `suppressions=${ROOT}tools/tsan_suppressions.txt`,
  };
  return [
    {
      name: "Rust tests under loom",
      native: true,
      tests: CARGO_TESTS,
      commands: [{
        ...cargo("test", "--locked", "--package", "sluice-core", "--release", "--lib", "--target-dir", "target/loom"),
        env: { RUSTFLAGS: "--cfg loom" },
      }],
    },
    {
      name: "Rust tests under AddressSanitizer",
      native: true,
      tests: CARGO_TESTS,
      commands: [{
        ...cargo(
          "test",
          "--locked",
          "--workspace",
          "--lib",
          "--tests",
          "--target",
          hostTriple(),
          "--target-dir",
          "target/asan",
        ),
        env: asan,
      }],
    },
    {
      name: "Rust tests under ThreadSanitizer",
      native: true,
      tests: CARGO_TESTS,
      commands: [{
        ...cargo(
          "test",
          "--locked",
          "--package",
          "sluice-core",
          "--lib",
          "--tests",
          "--target",
          hostTriple(),
          "--target-dir",
          "target/tsan",
        ),
        env: tsan,
      }],
    },
    {
      name: "property tests and reloads, longer",
      tests: DENO_TESTS,
      commands: [{
        ...deno("test", "-A", "--preload=tools/longer_properties.ts", ...longerTests()),
        env: { SLUICE_DEEP: "1", SLUICE_FUZZ_RUNS: "5000" },
      }],
    },
    {
      name: "a thousand deaths of each kind",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/vandal_test.ts"), env: { SLUICE_DEATHS: "1000" } }],
    },
    {
      name: "the page's figures against the nodes' own, for half a minute",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/web/truth_test.ts"), env: { SLUICE_TRUTH_SECONDS: "30" } }],
    },
    {
      name: "a million random edits of running graphs",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/random_edits_test.ts"), env: { SLUICE_EDITS: "500000" } }],
    },
    {
      name: "nodes that stall, a thousand times in each method, and links removed as the run ends",
      tests: DENO_TESTS,
      commands: [{
        ...deno("test", "-A", "tests/stalling_nodes_test.ts", "tests/last_counts_test.ts"),
        env: { SLUICE_STALLS: "1000", SLUICE_STALLS_AT_ONCE: "16", SLUICE_LAST_COUNTS: "100" },
      }],
    },
  ];
}

/**
 * The modules of the runtime whose documentation has blocks of code, without tests and generated code: each that is
 * given to the test runner is loaded, with or without.
 */
function filesWithExamples(): string[] {
  const parts = /^(core|processors|ffi|codegen|cli)\//;
  return listTypeScript().filter((file) =>
    (parts.test(file) || DOORS.includes(file)) && !/(_test|_bench|\.gen)\.ts$/.test(file) &&
    /^ *\* *```/m.test(Deno.readTextFileSync(ROOT + file))
  );
}

/** {@linkcode PARTS}, and the test modules beside the code that start no graph, and look for no driver. */
function testsOfParts(): string[] {
  const parts = /^(bench|cli|control|core|ffi|processors)\//;
  const needsNoDriver = (file: string) =>
    file.startsWith("codegen/") ||
    parts.test(file) && !/eachDriver|new Runtime\(|SLUICE_NATIVE/.test(Deno.readTextFileSync(ROOT + file));
  return [...PARTS, ...testModules().filter((file) => file !== WRITES_HERE && needsNoDriver(file))];
}

/** The test modules that do more when there is time: those that use fast-check, or look for `SLUICE_DEEP`. */
function longerTests(): string[] {
  return testModules().filter((file) =>
    !file.startsWith("tools/") &&
    /"fast-check"|"SLUICE_DEEP"/.test(Deno.readTextFileSync(ROOT + file))
  );
}

/** All test modules of the checkout, those of the page too. */
function testModules(): string[] {
  return listTypeScript().filter((file) => /_test\.tsx?$/.test(file));
}

/** The target that cargo builds for here: a sanitizer wants it named. */
function hostTriple(): string {
  return Deno.build.target;
}

function deno(...args: string[]): { program: string; args: string[] } {
  return { program: Deno.execPath(), args };
}

/** Runs tests, whose types the gate "types" checks. */
function denoTest(env: Readonly<Record<string, string>>, ...args: string[]): Gate["commands"][number] {
  return { ...deno("test", "-A", "--no-check", "--preload=tools/same_properties.ts", ...args), env };
}

function cargo(...args: string[]): { program: string; args: string[] } {
  return { program: "cargo", args };
}
