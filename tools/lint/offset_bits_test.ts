import assert from "node:assert/strict";
import plugin from "./offset_bits.ts";

function findings(filename: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, filename, source).map((found) => `${found.id}: ${found.message}`);
}

const PLANTED: readonly [source: string, operator: string][] = [
  ["export const f = (pool, slot) => pool.u32[(pool.slotOffset(slot) + 4) >> 2];", ">>"],
  ["export const f = (pool, slot) => pool.f64[pool.slotOffset(slot) >>> 3];", ">>>"],
  ["export const f = (words, n) => words[n >> 2];", ">>"],
  ["export const f = (at32) => at32 << 1;", "<<"],
  ["export const f = (n) => n << 2;", "<<"],
  ["export const f = (offset) => offset | 0;", "|"],
  ["export const f = (page, lane) => page.laneOffset(lane) | 0;", "|"],
  ["export const f = (payloadAt) => (payloadAt + 63) & -64;", "&"],
  ["export const f = (buffer) => buffer.byteLength >>> 0;", ">>>"],
  ["export const f = (address) => ~address;", "~"],
  ["export class C { #at = 0; f() { return ~~this.#at; } }", "~"],
  ["export const f = (bytes) => { let k = bytes; k >>= 2; return k; };", ">>="],
];

for (const [source, operator] of PLANTED) {
  Deno.test(`sluice-memory/no-bits-of-offsets finds ${source}`, () => {
    const expected = `sluice-memory/no-bits-of-offsets: "${operator}" cuts an offset down to 32 bits`;
    for (const folder of ["core/memory", "ffi", "control", "processors/audio"]) {
      assert.deepEqual(findings(`${folder}/planted.ts`, source), [expected], folder);
    }
  });
}

Deno.test("sluice-memory/no-bits-of-offsets lets pass the layout's constants, bits of words, and what lies at a place", () => {
  const source = [
    "const GENERATION = SLOT.generation >> 2;",
    "export const f = (words, slot, at, entry, text) => words[slot >> 5] & (1 << (slot & 31)) | words[at] & 7;",
    "export const g = (entry) => (entry >>> ENTRY.poolShift) & ENTRY.poolMask | GENERATION;",
    "export const h = (text) => text.charCodeAt(0) | 0;",
    "function countBits(word) { return (word >>> 1) & 0x55555555; }",
    "export const k = countBits;",
  ].join("\n");
  assert.deepEqual(findings("core/clean.ts", source), []);
});

Deno.test("sluice-memory/no-bits-of-offsets is for the folders in which offsets become indices, and for no test", () => {
  for (
    const filename of ["cli/output/table.ts", "web/model/cut_text.ts", "core/memory/pool_test.ts", "score/core/x.ts"]
  ) {
    assert.deepEqual(findings(filename, "export const f = (low, high) => (low + high) >> 1;"), [], filename);
  }
});
