/**
 * The gates of the project, in the order in which they begin.
 *
 * @module
 */
import { APPLE_TARGETS, type AppleTarget } from "./check_apple.ts";
import { readCargoFailures, readDenoFailures, readPythonFailures } from "./failed_tests.ts";
import type { Gate, TestRunner } from "./gate_runner.ts";
import { cargo, deno, denoTest, linting, packagesWith, unoptimized } from "./gate_commands.ts";
import { hasRareCases, RARE_TESTS } from "./rare_tests.ts";
import { countCargoTests, countDenoTests, countPythonTests } from "./result_lines.ts";
import { ROOT } from "./root.ts";
import { listTypeScript } from "./source_files.ts";

/**
 * The parts whose tests do not depend on the driver, and measure no time; and tests that choose a driver themselves,
 * whatever the run wants.
 */
const PARTS = [
  "codegen/testdata",
  "core/driver/fallback_test.ts",
  "core/driver/open_test.ts",
  "core/graph/snapshot_test.ts",
  "core/links/link_options_test.ts",
  "core/runtime_options_test.ts",
  "tests/link_policies_test.ts",
  "tests/named_nodes_test.ts",
  "tests/own_topics_test.ts",
  "tests/port_visitor_test.ts",
  "tests/portable_protocol_test.ts",
  "tests/stale_fields_test.ts",
  "tests/struct_heap_test.ts",
  "tests/types",
  "tools",
  "web",
];

/**
 * Tests of commands and pages, most of which start processes. They look at what is told and written, not at the driver
 * by which it comes about: they run once, with the native one where it is there.
 */
const COMMANDS = ["tests/cli", "tests/docs", "tests/mistakes", "tests/web", "tests/demo_test.ts"];

/** What of them stands on what the drivers do, each in its own way. */
const OF_BOTH = ["tests/cli/parked_lanes_test.ts"];

/**
 * Tests that do not depend on the driver, but on how busy the machine is; and one that writes in the checkout. They run
 * when all others have ended, so that whatever allows for a busy machine by itself does not belong here.
 */
const QUIET = [
  "tests/web/truth_test.ts",
  "tests/control/client_test.ts",
  "tests/control/limits_test.ts",
  "tests/control/secrets_test.ts",
  "tests/control/slow_client_test.ts",
  "codegen/new/new_processor_test.ts",
];

/**
 * What `deno task ok` runs of the tests in `tests/` that depend on the driver, and `deno task test` with the portable
 * driver where the native one is there: the usual course of each thing once.
 */
const USUAL_COURSE = [
  "tests/app_test.ts",
  "tests/drivers_test.ts",
  "tests/edit_order_test.ts",
  "tests/end_states_test.ts",
  "tests/flow_test.ts",
  "tests/lifecycle_test.ts",
  "tests/live_edit_test.ts",
  "tests/modes_test.ts",
  "tests/native_lanes_test.ts",
  "tests/plugins/plugin_graph_test.ts",
  "tests/trial_test.ts",
];

/** Paths of what is compiled for macOS too. */
const OF_MAC = /^(Cargo\.|crates\/(abi|apple|core|ffi|stage|plugins\/(audio-devices|clap|gpu|video-devices))\/)/;

/** The name of the gate that builds what all tests load that do not leave it out. */
const LIBRARY = "native library";

/** The name of the gate that compiles what the Rust tests run. */
const CLIPPY = "clippy";

/** For release: what build scripts compile, codecs in C++, is there since the set-up. */
const RELEASE = ["--release", "--locked"];

/** How far the heap of the compiler of TypeScript, which keeps a gigabyte, may grow before V8 collects all of it. */
const OF_COMPILER = { DENO_V8_FLAGS: "--initial-heap-size=2000,--min-semi-space-size=64,--max-semi-space-size=128" };

/** The public modules. They are checked together: a type that one of them names may be another's. */
const DOORS = [
  "mod.ts",
  "sluice.gen.ts",
  "stages.gen.ts",
  "testing.ts",
  "generated.ts",
  "kernels.ts",
  "gpu.ts",
  "media.ts",
  "plugins.ts",
  "pipelines.ts",
  "control.ts",
  "client.ts",
  "transports/http/mod.ts",
  "transports/grpc/mod.ts",
  "transports/hls/mod.ts",
  "transports/webrtc/mod.ts",
];

const TEST_MODULE = /_test\.tsx?$/;
const DENO_TESTS: TestRunner = { count: countDenoTests, failures: readDenoFailures };
const PYTHON_TESTS: TestRunner = { count: countPythonTests, failures: readPythonFailures };
const CARGO_TESTS: TestRunner = { count: countCargoTests, failures: readCargoFailures };

/**
 * Builds the native library, the program of isolated stages and the plugins, while gates run that need none of them. The
 * build takes both cores for a part of its time alone.
 */
export function buildGates(): Gate[] {
  const build = cargo("run", "--locked", "--package", "xtask", "--", "build");
  const env = { CARGO_TARGET_DIR: "target" };
  return [{ name: LIBRARY, native: true, beside: "busy", commands: [{ ...build, env }] }];
}

/**
 * The gates before a commit: all checks, the tests of parts, those of the usual course with each driver, and whatever
 * test was changed.
 *
 * @param changed paths of files that differ from what they were on the main branch
 */
export function okGates(changed: readonly string[]): Gate[] {
  const isChanged = (file: string) => changed.includes(file);
  const inFull = (file: string) => isChanged(file) && hasRareCases(file);
  const { parts, commands, ofDrivers, quiet } = testModules((file) =>
    (!RARE_TESTS.has(file) || isChanged(file)) && !inFull(file)
  );
  const chosen = ofDrivers.filter((file) =>
    !file.startsWith("tests/") || USUAL_COURSE.includes(file) || isChanged(file)
  );
  const changedCases = Object.values(testModules(inFull)).flat();
  return [
    ...denoTests("Deno tests of parts", 2, parts).map(loadTogether).map(withoutRareCases),
    ...checkGates(),
    floatingPromises(),
    ...(changed.some((file) => OF_MAC.test(file)) ? [appleGate("x86_64-apple-darwin")] : []),
    ...driverGates("native", 2, chosen).map(withoutRareCases),
    ...driverGates("portable", 2, chosen).map(withoutRareCases),
    ...commandGates(1, 1, commands.filter(isChanged)).map(withoutRareCases),
    ...denoTests("Deno tests that were changed, with their rare cases", 1, changedCases).map(loadTogether),
    ...quietGates(1, quiet.filter(isChanged)),
  ];
}

/**
 * The gates of `deno task test` that come first: all tests but {@linkcode RARE_TESTS}, whose types are checked all the
 * same.
 */
export function commitGates(): Gate[] {
  const { parts, commands, ofDrivers } = testModules();
  return [
    ...denoTests("Deno tests of parts", 2, parts).map(loadTogether),
    ...checkGates(),
    ...commandGates(5, 2, commands),
    ...driverGates("native", 8, ofDrivers),
  ].map(withoutRareCases);
}

/** A second look by the compiler of TypeScript, for `deno task ok` and `deno task ok:deep`. */
function floatingPromises(): Gate {
  const check = { ...deno("run", "-A", "tools/lint/floating_promises.ts"), env: OF_COMPILER };
  return { name: "floating promises", beside: "busy", commands: [check] };
}

/** What is checked beside the tests in TypeScript. */
function checkGates(): Gate[] {
  const generator = deno("run", "-A", "codegen/main.ts", "--check");
  return [
    // Those of the examples in documentation too, so that nothing is checked twice.
    { name: "types", beside: "busy", commands: [{ ...deno("check", "--doc", "."), env: OF_COMPILER }] },
    { name: "format", beside: "busy", commands: [deno("fmt", "--check")] },
    { name: "lint", beside: "busy", commands: [deno("lint")] },
    { name: "arrows between folders", beside: "busy", commands: [deno("run", "-A", "tools/check_arrows.ts")] },
    {
      name: "Python tests",
      native: true,
      beside: "busy",
      needs: LIBRARY,
      tests: PYTHON_TESTS,
      commands: [deno("run", "-A", "tools/python_tests.ts")],
    },
    // It asks the plugins for their stages.
    { name: "generated code is current", beside: "busy", needs: LIBRARY, commands: [generator] },
    {
      name: "memory layout is current",
      native: true,
      beside: "busy",
      needs: LIBRARY,
      commands: [cargo("run", "--locked", "--package", "xtask", "--", "layout", "--check")],
    },
    {
      name: "header of plugins is current",
      native: true,
      beside: "busy",
      needs: LIBRARY,
      commands: [cargo("run", "--locked", "--package", "xtask", "--", "header", "--check")],
    },
    { name: "Rust format", native: true, beside: "busy", commands: [cargo("fmt", "--all", "--check")] },
    {
      name: CLIPPY,
      native: true,
      beside: "busy",
      needs: LIBRARY,
      commands: [
        linting(cargo("test", ...RELEASE, "--no-run", "--tests", ...packagesWith("tests"), ...unoptimized())),
        // The crates of the workspace that none of those uses.
        linting(
          cargo(
            "build",
            ...RELEASE,
            "--package",
            "sluice-stage-host",
            "--package",
            "sluice-guest",
            "--package",
            "sluice-plugin-example",
            ...unoptimized(),
          ),
        ),
      ],
    },
    {
      name: "Rust tests",
      native: true,
      beside: "busy",
      needs: CLIPPY,
      tests: CARGO_TESTS,
      commands: [
        linting(cargo("test", ...RELEASE, "--no-fail-fast", "--tests", ...packagesWith("tests"), ...unoptimized())),
        linting(cargo("test", ...RELEASE, "--doc", ...packagesWith("examples"), ...unoptimized())),
      ],
    },
  ];
}

/**
 * What runs after {@linkcode commitGates} in `deno task test`.
 *
 * @param driver what the machine has: beside the native driver, the portable one runs what can differ by driver, and
 * {@linkcode deepGates} the rest; alone it runs everything
 */
export function releaseGates(driver: "native" | "portable" = "native"): Gate[] {
  const { ofDrivers } = testModules();
  const gates: Gate[] = [
    ...driverGates("portable", 4, driver === "native" ? ofDrivers.filter(runsWithBoth) : ofDrivers),
    { name: "documentation of exports", beside: "busy", commands: [deno("doc", "--lint", ...DOORS)] },
    {
      name: "publish, dry run",
      beside: "busy",
      commands: [deno("publish", "--dry-run", "--allow-dirty", "--no-check")],
    },
  ];
  return gates.map(withoutRareCases);
}

/** Checks what only macOS compiles, for one of its processors. */
function appleGate(target: AppleTarget): Gate {
  const check = deno("run", "-A", "tools/check_apple.ts", "--target", target);
  return { name: `macOS, ${target}`, native: true, beside: "busy", commands: [check] };
}

/** What runs when the others have ended. */
export function lastGates(): Gate[] {
  return quietGates(2, testModules().quiet).map(withoutRareCases);
}

/** Tests of commands, and those of pages, which share a browser. */
function commandGates(count: number, pages: number, modules: readonly string[], what = ""): Gate[] {
  const ofPages = modules.filter((file) => file.startsWith("tests/web/"));
  return [
    ...denoTests(`Deno tests of pages${what}`, pages, ofPages),
    ...denoTests(`Deno tests of commands${what}`, count, modules.filter((file) => !ofPages.includes(file))),
  ].map(loadTogether);
}

function quietGates(count: number, modules: readonly string[]): Gate[] {
  return denoTests("Deno tests on a quiet machine", count, modules).map((gate) => ({ ...gate, beside: "quiet" }));
}

/**
 * Whether `deno task test` runs a module with the portable driver too where the native one is there. Outside core nothing
 * knows which driver carries its graph.
 */
function runsWithBoth(file: string): boolean {
  return /^(core|ffi|kernels)\//.test(file) || USUAL_COURSE.includes(file) || OF_BOTH.includes(file);
}

/**
 * Tests that run with each driver: most of them wait, so that two cores carry several at once.
 *
 * @param what tells these gates in their names from others of the driver
 */
function driverGates(
  driver: "native" | "portable",
  count: number,
  modules: readonly string[],
  { kernels = "auto", what = "" }: { readonly kernels?: "auto" | "wasm"; readonly what?: string } = {},
): Gate[] {
  const env = { SLUICE_NATIVE: driver === "native" ? "require" : "off", SLUICE_KERNELS: kernels };
  const name = `Deno tests, ${driver} driver${what}`;
  const gates = denoTests(name, count, modules, env);
  return gates.map((gate) => ({ ...loadTogether(gate), native: driver === "native" }));
}

/** Test modules, dealt out to as many gates, which may run beside each other; to none if there are none. */
function denoTests(
  name: string,
  count: number,
  modules: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Gate[] {
  if (modules.length === 0) return [];
  return Array.from({ length: Math.min(count, modules.length) }, (_, k) => ({
    name: `${name}, ${k + 1} of ${count}`,
    beside: "busy",
    needs: env.SLUICE_NATIVE === "off" ? undefined : LIBRARY,
    tests: DENO_TESTS,
    commands: [denoTest(env, ...modules.filter((_, index) => index % count === k))],
  }));
}

/** The gate without the cases that `tests/fixtures/rare.ts` registers, or that pytest knows as `rare`. */
function withoutRareCases(gate: Gate): Gate {
  if (gate.tests !== DENO_TESTS && gate.tests !== PYTHON_TESTS) return gate;
  return { ...gate, commands: gate.commands.map((each) => ({ ...each, env: { ...each.env, SLUICE_RARE: "off" } })) };
}

/** What the text of a test module has that needs an isolate of its own, which keeps secrets, memory and listeners. */
const NEEDS_ISOLATE =
  /[sS]ecrets\(|\/proc\/|memoryUsage|[gG]c\(|unhandledrejection|Deno\.env\.(set|delete)|Deno\.chdir/;

/**
 * The gate with its modules in one isolate: to load their imports for each anew costs more than most of these tests do.
 * Those that need one of their own run by themselves.
 */
function loadTogether(gate: Gate): Gate {
  const commands = gate.commands.map((command) => {
    const modules = command.args.filter((arg) => TEST_MODULE.test(arg));
    const options = command.args.filter((arg) => !TEST_MODULE.test(arg));
    const alone = modules.filter((file) => NEEDS_ISOLATE.test(Deno.readTextFileSync(ROOT + file)));
    const together = modules.filter((file) => !alone.includes(file));
    return { ...command, args: [...options, ...alone, "tools/together.ts", "--", ...together] };
  });
  return { ...gate, commands };
}

/**
 * What runs beside the others in `deno task ok:deep`.
 *
 * @param driver as {@linkcode releaseGates} had it
 */
export function deepGates(driver: "native" | "portable" = "native"): Gate[] {
  const isRare = (file: string) => RARE_TESTS.has(file) || hasRareCases(file);
  const rare = testModules(isRare);
  const { ofDrivers } = testModules(() => true);
  const isLeft = (file: string) => isRare(file) || !runsWithBoth(file);
  const withTwin = { kernels: "wasm", what: ", WebAssembly kernels" } as const;
  // With 100,000 mutated descriptors.
  const asan = { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: "-Zsanitizer=address", SLUICE_DEEP: "1" };
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
        env: { RUSTFLAGS: "--cfg loom", CARGO_PROFILE_BENCH_OPT_LEVEL: "3" },
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
          ...packagesWith("tests"),
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
    floatingPromises(),
    ...APPLE_TARGETS.map(appleGate),
    ...denoTests("Deno tests of parts, rare", 1, rare.parts).map(loadTogether),
    ...commandGates(1, 1, rare.commands, ", rare"),
    ...driverGates("native", 4, rare.ofDrivers, { what: ", rare" }),
    {
      name: "Deno tests on a quiet machine, rare, those of the page's figures for half a minute",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", ...rare.quiet), env: { SLUICE_TRUTH_SECONDS: "30" } }],
    },
    ...driverGates("portable", 4, driver === "native" ? ofDrivers.filter(isLeft) : rare.ofDrivers, {
      what: ", the rest",
    }),
    {
      name: "examples in documentation",
      beside: "busy",
      needs: LIBRARY,
      tests: DENO_TESTS,
      commands: [deno("test", "-A", "--no-check", "--doc", ...filesWithExamples())],
    },
    ...driverGates("native", 4, ofDrivers, withTwin),
    {
      name: "memory while values go between lanes for ten minutes, with each driver",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/values_memory_test.ts"), env: { SLUICE_VALUES_SECONDS: "600" } }],
    },
    {
      name: "the page's heap while previews are open for ten minutes",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/web/heap_test.ts"), env: { SLUICE_HEAP_MINUTES: "10" } }],
    },
    {
      name: "a tone of ten minutes through a sound server",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/devices/sound_test.ts"), env: { SLUICE_TONE_SECONDS: "600" } }],
    },
    {
      name: "RTMP, SRT, MPEG-TS and HLS without drift of sound against pictures, ten minutes in all",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "processors/live/drift_test.ts"), env: { SLUICE_DRIFT_SECONDS: "60" } }],
    },
    {
      name: "sound and pictures of an RTSP server for ten minutes",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/rtsp/long_run_test.ts"), env: { SLUICE_RTSP_SECONDS: "600" } }],
    },
    {
      name: "sound and pictures of a publisher by WebRTC for ten minutes",
      tests: DENO_TESTS,
      commands: [{ ...deno("test", "-A", "tests/webrtc/sync_test.ts"), env: { SLUICE_SYNC_SECONDS: "600" } }],
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
 * The modules of the runtime whose documentation has blocks of code that run, without tests and generated code: each
 * that is given to the test runner is loaded, with or without.
 */
function filesWithExamples(): string[] {
  const parts = /^(core|processors|ffi|codegen|cli)\//;
  return listTypeScript().filter((file) =>
    (parts.test(file) || DOORS.includes(file)) && !/(_test|_bench|\.gen)\.ts$/.test(file) &&
    /^ *\* *```(ts|js)/m.test(Deno.readTextFileSync(ROOT + file))
  );
}

/**
 * The test modules of the checkout, by the gates that run them.
 *
 * @param isWanted which of them; by default all but {@linkcode RARE_TESTS}
 */
function testModules(
  isWanted: (file: string) => boolean = (file) => !RARE_TESTS.has(file),
): Record<"parts" | "commands" | "ofDrivers" | "quiet", string[]> {
  const within = (file: string, paths: readonly string[]) =>
    paths.some((path) => file === path || file.startsWith(`${path}/`));
  // Those beside the code that look for no driver: they start no graph, or only graphs without the native one.
  const besideCode = /^(bench|cli|control|core|ffi|kernels|processors|testing|transports)\//;
  const needsNoDriver = (file: string) => {
    if (file.startsWith("codegen/")) return true;
    if (!besideCode.test(file)) return false;
    const text = Deno.readTextFileSync(ROOT + file).replaceAll(/new Runtime\(\{[^}]*native: "off"[^}]*\}\)/g, "");
    return !/eachDriver|isLeftToOtherRun|new Runtime\(|SLUICE_NATIVE/.test(text);
  };
  const all = { parts: [], commands: [], ofDrivers: [], quiet: [] } as ReturnType<typeof testModules>;
  for (const file of listTypeScript().filter((file) => TEST_MODULE.test(file) && isWanted(file))) {
    if (within(file, QUIET)) all.quiet.push(file);
    else if (within(file, COMMANDS) && !within(file, OF_BOTH)) all.commands.push(file);
    else if (within(file, PARTS) || needsNoDriver(file)) all.parts.push(file);
    else all.ofDrivers.push(file);
  }
  return all;
}

/**
 * The test modules that do more when there is time: those that use fast-check, or look for `SLUICE_DEEP`, as the fixture
 * of kernels does for its tests.
 */
function longerTests(): string[] {
  return listTypeScript().filter((file) =>
    file.endsWith("_test.ts") && !file.startsWith("tools/") &&
    /"fast-check"|"SLUICE_DEEP"|fixtures\/engines\.ts"/.test(Deno.readTextFileSync(ROOT + file))
  );
}

/** The target that cargo builds for here: a sanitizer wants it named. */
function hostTriple(): string {
  return Deno.build.target;
}
