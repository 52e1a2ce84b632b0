import assert from "node:assert/strict";
import { SluiceError } from "../../core/errors.ts";
import { makeWrongCases } from "./wrong_cases.ts";

Deno.test("the type checker refuses at least 80 % of the wrong connections and configurations, and add() and connect() the rest", () => {
  const cases = makeWrongCases();
  assert.ok(cases.length >= 70);
  for (const about of ["type", "name", "direction", "channels", "arity", "key", "value"]) {
    assert.ok(cases.some((each) => each.about === about), about);
  }
  const late = cases.flatMap(({ isLate }, index) => isLate === true ? [index] : []);
  assert.ok(late.length <= cases.length * 0.2, `not refused by the type checker: ${late.length} of ${cases.length}`);
  for (const index of late) {
    const { wrong } = makeWrongCases()[index];
    assert.throws(wrong, (error) => error instanceof SluiceError && error.isBadInput, String(wrong));
  }
});
