import assert from "node:assert/strict";
import plugin from "./wall_clock.ts";

function findings(filename: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, filename, source).map((found) => `${found.id}: ${found.message}`);
}

const PLANTED: readonly [source: string, what: string][] = [
  ["export const t = Date.now();", "Date"],
  ["export const t = new Date();", "Date"],
  ["export const t = Date();", "Date"],
  ["const { now } = Date; now();", "Date"],
  ["export const t = globalThis.Date.now();", "Date"],
  ["export const t = performance.now();", "performance.now"],
  ['export const t = performance["now"]();', "performance.now"],
  ["export const t = globalThis.performance.now();", "performance.now"],
  ["export const t = performance.timeOrigin;", "performance.timeOrigin"],
  ["export const t = process.hrtime.bigint();", "process.hrtime"],
  ["export const t = Temporal.Now.instant();", "Temporal.Now"],
];

for (const [source, what] of PLANTED) {
  Deno.test(`sluice/no-wall-clock finds ${source}`, () => {
    const expected = [`sluice/no-wall-clock: ${what} reads the system's clock`];
    assert.deepEqual(findings("core/planted.ts", source), expected);
    assert.deepEqual(findings("processors/audio/planted.ts", source), expected);
  });
}

Deno.test("sluice/no-wall-clock lets pass types, other members, conversions, and clocks that are handed in", () => {
  const source = [
    "export function at(when: Date, context: { nowNs(): number; Date: number }): number {",
    "  performance.mark('x');",
    "  console.log(new Date(0).toISOString(), Date.UTC(2000), Date.parse('2000-01-01'));",
    "  return context.nowNs() + context.Date + ({ Date: 1 }).Date + when.valueOf();",
    "}",
  ].join("\n");
  assert.deepEqual(findings("core/clean.ts", source), []);
});

Deno.test("sluice/no-wall-clock is for core/ and processors/ alone, and not for the portable driver", () => {
  for (const filename of ["cli/output/progress.ts", "tools/command.ts", "core/driver/portable.ts", "score/core/x.ts"]) {
    assert.deepEqual(findings(filename, "export const t = performance.now() + Date.now();"), [], filename);
  }
});
