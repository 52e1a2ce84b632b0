import assert from "node:assert/strict";
import { ABI_VERSION } from "./layout.gen.ts";
import { IDENTITY_SYMBOLS, KERNEL_SYMBOLS, SYMBOLS } from "./symbols.ts";

/** What `Deno.dlopen` calls the types of a Rust signature. Kernels get arrays, all others what the library handed out. */
function denoType(rust: string, name: string): string {
  if (rust.startsWith("*")) return name.startsWith("slu_kernel_") ? "buffer" : "pointer";
  return rust === "" ? "void" : rust;
}

/** The `slu_*` functions that the Rust sources declare, with the types of their parameters and results. */
function declaredInRust(): Map<string, string> {
  const folder = new URL("../crates/ffi/src/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => new URL(name, folder));
  const declared = new Map<string, string>();
  for (const file of [...files, new URL("../crates/kernels/src/exports.rs", import.meta.url)]) {
    const text = Deno.readTextFileSync(file);
    for (const match of text.matchAll(/extern "C" fn (slu_\w+)\(([^)]*)\)(?:\s*->\s*([^{]+?))?\s*\{/g)) {
      const parameters = match[2].split(",").map((text) => text.trim()).filter((text) => text !== "");
      const types = parameters.map((parameter) =>
        denoType(parameter.slice(parameter.indexOf(":") + 1).trim(), match[1])
      );
      declared.set(match[1], `(${types}) -> ${denoType(match[3] ?? "", match[1])}`);
    }
    // The hot calls of a ring are made by a macro: `name => method(argument?);`, u32 throughout.
    for (const match of text.matchAll(/^ {4}(slu_\w+) => \w+\((\w*)\);$/gm)) {
      declared.set(match[1], match[2] === "" ? "(pointer) -> u32" : "(pointer,u32) -> u32");
    }
  }
  return declared;
}

Deno.test("SYMBOLS and KERNEL_SYMBOLS name the functions that crates/ffi and crates/kernels declare, with their types", () => {
  const listed = Object.entries({ ...SYMBOLS, ...KERNEL_SYMBOLS })
    .filter(([, symbol]) => !("name" in symbol))
    .map(([name, symbol]): [string, string] => [name, `(${symbol.parameters}) -> ${symbol.result}`]);
  const byName = ([a]: [string, string], [b]: [string, string]) => a < b ? -1 : 1;
  assert.deepEqual(listed.sort(byName), [...declaredInRust()].sort(byName));
});

Deno.test("SYMBOLS repeats the types of a function that it lists under a second name", () => {
  const { name, nonblocking: _, ...types } = SYMBOLS.slu_lane_park_async;
  assert.deepEqual(types, SYMBOLS[name]);
});

Deno.test("SYMBOLS contains IDENTITY_SYMBOLS", () => {
  for (const [name, symbol] of Object.entries(IDENTITY_SYMBOLS)) {
    assert.deepEqual(SYMBOLS[name as keyof typeof SYMBOLS], symbol);
  }
});

Deno.test("a change of SYMBOLS comes with another ABI_VERSION", async () => {
  const table = JSON.stringify([SYMBOLS, KERNEL_SYMBOLS]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(table)));
  // Where this fails, raise ABI_VERSION in crates/abi/src/lib.rs, and write both down here.
  assert.deepEqual([ABI_VERSION, digest.toHex().slice(0, 16)], [15, "ec7177e72436ac68"]);
});
