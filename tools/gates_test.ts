import assert from "node:assert/strict";
import type { Gate } from "./gate_runner.ts";
import { commitGates, deepGates, lastGates, okGates, releaseGates } from "./gates.ts";
import { hasRareCases, RARE_TESTS } from "./rare_tests.ts";
import { ROOT } from "./root.ts";
import { listTypeScript } from "./source_files.ts";

/** All test modules of the checkout. */
function allTestModules(): string[] {
  return listTypeScript().filter((file) => /_test\.tsx?$/.test(file));
}

/** Those that `deno task test` runs. */
function usualTestModules(): string[] {
  return allTestModules().filter((module) => !RARE_TESTS.has(module));
}

/** The test modules that gates run, as often as they do: those of the paths that they name. */
function testModules(gates: readonly Gate[]): string[] {
  return gates.flatMap(({ name, commands }) => {
    if (!name.startsWith("Deno tests")) return [];
    const paths = commands[0].args.slice(1).filter((arg) => !arg.startsWith("-"));
    return allTestModules().filter((module) => paths.some((path) => module === path || module.startsWith(`${path}/`)));
  });
}

Deno.test("all gates have names of their own", () => {
  const names = [...commitGates(), ...releaseGates(), ...lastGates(), ...deepGates()].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("without a Rust toolchain every gate that calls cargo is left out, and the portable tests cover all parts", () => {
  for (const gate of [...commitGates(), ...releaseGates("portable"), ...lastGates(), ...deepGates("portable")]) {
    if (gate.commands.some(({ program }) => program === "cargo")) assert.equal(gate.native, true, gate.name);
  }
  const run = testModules(
    [...commitGates(), ...releaseGates("portable"), ...lastGates()].filter(({ native }) => !native),
  );
  assert.deepEqual(run.toSorted(), usualTestModules());
});

Deno.test("each rare test is a module of the checkout", () => {
  assert.deepEqual(RARE_TESTS.difference(new Set(allTestModules())), new Set());
});

Deno.test("with a Rust toolchain each test module runs but the rare ones, and the usual course with both drivers", () => {
  const commit = testModules([...commitGates(), ...lastGates()]);
  assert.deepEqual(commit.toSorted(), usualTestModules());
  const portable = testModules(releaseGates());
  for (const module of ["tests/drivers_test.ts", "core/runtime_test.ts", "core/session/watch/stop_advice_test.ts"]) {
    assert.ok(commit.includes(module) && portable.includes(module), module);
  }
});

Deno.test("deepGates() runs with the portable driver what is left of the modules that depend on the driver", () => {
  const inTest = testModules(releaseGates());
  const gates = deepGates().filter(({ name }) => name.startsWith("Deno tests, portable driver, the rest"));
  const rest = testModules(gates);
  assert.ok(gates.every(({ commands: [{ env }] }) => env?.SLUICE_NATIVE === "off" && env.SLUICE_KERNELS === "auto"));
  assert.ok(rest.length > 0);
  assert.deepEqual(testModules(releaseGates("portable")).filter((each) => ![...inTest, ...rest].includes(each)), []);
  assert.deepEqual(rest.filter((each) => inTest.includes(each) && !hasRareCases(each)), []);
  const withBoth = allTestModules().filter((module) => /eachDriver\(/.test(Deno.readTextFileSync(ROOT + module)));
  assert.deepEqual(withBoth.filter((module) => !inTest.includes(module) && !rest.includes(module)), []);
});

Deno.test("each test module runs in some gate of deno task ok:deep, whatever the machine has", () => {
  for (const driver of ["native", "portable"] as const) {
    const gates = [...commitGates(), ...releaseGates(driver), ...lastGates(), ...deepGates(driver)];
    const run = testModules(gates.filter(({ native }) => driver === "native" || native !== true));
    assert.deepEqual(allTestModules().filter((module) => !run.includes(module)), [], driver);
  }
});

Deno.test("okGates() has every check, the tests of parts, some of each driver, and whatever test was changed", () => {
  const isCheck = ({ name }: Gate) => !name.startsWith("Deno tests") || name.startsWith("Deno tests of parts");
  const changed = ["tests/move_test.ts", "tests/cli/run_test.ts", "tests/web/truth_test.ts", "core/runtime.ts"];
  const gates = okGates(changed);
  const more = gates.filter(isCheck).map(({ name }) => name).filter((name) =>
    !commitGates().some((each) => each.name === name)
  );
  assert.deepEqual(more, ["floating promises"]);
  assert.deepEqual(commitGates().filter(isCheck).filter(({ name }) => !gates.some((each) => each.name === name)), []);
  const ofMac = (file: string) => okGates([file]).some(({ name }) => name === "macOS, x86_64-apple-darwin");
  assert.deepEqual(["crates/apple/src/lib.rs", "crates/plugins/video/src/lib.rs"].map(ofMac), [true, false]);
  const modules = testModules(gates);
  for (const module of ["tests/move_test.ts", "tests/live_edit_test.ts", "core/runtime_test.ts"]) {
    assert.equal(modules.filter((each) => each === module).length, 2, module);
  }
  for (const module of changed.slice(1, 3)) assert.equal(modules.filter((each) => each === module).length, 1, module);
  const others = testModules(okGates([]));
  assert.deepEqual(new Set(modules).difference(new Set(others)), new Set(changed.slice(0, 3)));
  const tests = okGates([]).filter(({ name }) => name.startsWith("Deno tests"));
  assert.ok(tests.every((gate) => testModules([gate]).length > 0), "without a module, all would run");
});

Deno.test("what keeps or counts what an isolate has runs in an isolate of its own", () => {
  const shared = [...commitGates(), ...releaseGates()].flatMap(({ commands: [{ args }] }) =>
    args.includes("--") ? args.slice(args.indexOf("--") + 1) : []
  );
  assert.ok(shared.includes("tests/live_edit_test.ts"));
  assert.ok(usualTestModules().includes("core/events/bus_test.ts") && !shared.includes("core/events/bus_test.ts"));
});

Deno.test("deepGates() runs longer what asks for that: properties, mutated inputs and reloads", () => {
  const deep = deepGates().filter(({ commands }) => commands.some(({ env }) => env?.SLUICE_DEEP === "1"));
  const isCargo = ({ commands: [{ program }] }: Gate) => program === "cargo";
  assert.ok(deep.some(isCargo), "descriptors of plugins");
  const longer = deep.find((gate) => !isCargo(gate));
  const args = longer?.commands[0].args ?? [];
  for (const file of ["codegen/mutated_inputs_test.ts", "tests/cli/reload_test.ts", "kernels/pcm_test.ts"]) {
    assert.ok(args.includes(file), file);
  }
});

Deno.test("deepGates() runs what depends on the driver with the WebAssembly kernels too", () => {
  const deep = deepGates();
  const of = (gates: readonly Gate[], kernels: string) =>
    testModules(
      gates.filter(({ commands: [{ env }] }) => env?.SLUICE_NATIVE === "require" && env.SLUICE_KERNELS === kernels),
    );
  const usual = new Set(of(commitGates(), "auto"));
  assert.ok(usual.has("tests/wav_graph_test.ts"));
  assert.deepEqual(usual.difference(new Set(of(deep, "wasm"))), new Set());
});

Deno.test("the gate of Rust tests names each package in which a file has tests", () => {
  const args = commitGates().find(({ name }) => name === "Rust tests")?.commands[0].args ?? [];
  const tested = new Set(args.filter((_, index) => args[index - 1] === "--package"));
  const withTests = new Set<string>();
  const walk = (folder: string, name: string) => {
    const entries = [...Deno.readDirSync(ROOT + folder)];
    if (entries.some((entry) => entry.name === "Cargo.toml")) {
      name = /\nname = "(.*)"/.exec(Deno.readTextFileSync(`${ROOT}${folder}/Cargo.toml`))![1];
    }
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) walk(path, name);
      else if (/\.rs$/.test(path) && Deno.readTextFileSync(ROOT + path).includes("#[test]")) withTests.add(name);
    }
  };
  walk("crates", "");
  assert.ok(withTests.has("sluice-core") && withTests.has("sluice-plugin-video"));
  assert.deepEqual(withTests.difference(tested), new Set());
});
