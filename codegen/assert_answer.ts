/**
 * For tests of the generator: what every run must answer, whatever its input.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatDiagnostic, isError } from "./diagnostics.ts";
import { generate } from "./generate.ts";

/** The seed of tests that change sources at random: `SLUICE_MUTATION_SEED`, or a fixed one. */
export const MUTATION_SEED: number = Number(Deno.env.get("SLUICE_MUTATION_SEED") ?? 20_261_121);

/**
 * Generates, and asserts that the result is code or a refusal, and that each refusal has a place, a mend and a message
 * written for it.
 *
 * @returns whether code was generated
 */
export async function assertAnswer(configPath: string): Promise<boolean> {
  const { files, diagnostics } = await generate({ configPath, check: true, standard: [] });
  assert.ok(files.length > 0 || diagnostics.some(isError));
  for (const each of diagnostics) {
    const shown = formatDiagnostic(each);
    assert.match(each.message, /^(?:Cannot|Number) [^\n]+[^.\n]$/);
    assert.ok(!/internal error/i.test(shown), shown);
    assert.ok(each.mend.length > 0, shown);
    assert.ok(each.file === "sluice.json" || (each.line ?? 0) >= 1, shown);
  }
  return files.length > 0;
}
