/**
 * What newcomers do wrong, and what they are told. `SLUICE_SHOW_MISTAKES=1` prints all that is said.
 *
 * @module
 */
import assert from "node:assert/strict";
import { annotations } from "./annotations.ts";
import { commandLines } from "./command_lines.ts";
import { graphFiles } from "./graph_files.ts";
import { processors } from "./processors.ts";
import { scripts } from "./scripts.ts";
import { tests } from "./tests.ts";
import { assertTold } from "./told.ts";

const FAMILIES = [annotations, graphFiles, commandLines, scripts, processors, tests];

for (const family of FAMILIES) {
  Deno.test(`newcomers are told what, where and what to do: ${family.name}`, async (test) => {
    for (const [index, { mistake }] of family.rows.entries()) {
      await test.step(mistake, () => assertTold(family, index));
    }
  });
}

Deno.test("at least 200 mistakes are listed, each once", () => {
  const mistakes = FAMILIES.flatMap(({ name, rows }) => rows.map(({ mistake }) => `${name}: ${mistake}`));
  assert.ok(mistakes.length >= 200, `${mistakes.length}`);
  assert.equal(new Set(mistakes).size, mistakes.length);
});
