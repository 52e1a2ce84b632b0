import assert from "node:assert/strict";
import { commitGates, deepGates, releaseGates } from "./gates.ts";

Deno.test("all gates have names of their own", () => {
  const names = [...commitGates(), ...releaseGates(false), ...deepGates()].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("without a Rust toolchain every gate that calls cargo is left out, and the portable tests cover all parts", () => {
  for (const gate of [...commitGates(), ...releaseGates(true), ...deepGates()]) {
    if (gate.commands.some(({ program }) => program === "cargo")) assert.equal(gate.native, true, gate.name);
  }
  const portable = releaseGates(true).find(({ name }) => name === "Deno tests, portable driver");
  assert.deepEqual(portable?.commands[0].args, ["test", "-A"]);
  assert.deepEqual(portable?.commands[0].env, { SLUICE_NATIVE: "off" });
});

Deno.test("deepGates() runs longer what asks for that: properties, mutated inputs and reloads", () => {
  const longer = deepGates().find(({ commands }) => commands.some(({ env }) => env?.SLUICE_DEEP === "1"));
  const args = longer?.commands[0].args ?? [];
  for (const file of ["codegen/mutated_inputs_test.ts", "tests/cli/reload_test.ts"]) {
    assert.ok(args.includes(file), file);
  }
});
