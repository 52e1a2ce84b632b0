import { deepEqual, equal } from "node:assert/strict";
import { hostileValues } from "../../tests/fixtures/hostile.ts";
import { deserializeError, serializeError, SluiceError } from "../errors.ts";
import { describeThrown, isInstance } from "./thrown.ts";

Deno.test("describeThrown() gives what errors and other values say of themselves", () => {
  const { stack, ...error } = describeThrown(new RangeError("too far"));
  deepEqual(error, { name: "RangeError", message: "too far", isError: true });
  equal(stack?.includes("thrown_test.ts"), true);
  deepEqual(describeThrown("text"), { name: "Error", message: "text", isError: false });
  deepEqual(describeThrown(undefined), { name: "Error", message: "undefined", isError: false });
  deepEqual(describeThrown({ name: 1, message: 7 }), { name: "Error", message: "7", isError: false });
});

for (const [what, make] of hostileValues) {
  Deno.test(`describeThrown() and serializeError() take ${what}`, () => {
    const thrown = make();
    equal(typeof describeThrown(thrown).message, "string");
    equal(typeof isInstance(thrown, SluiceError), "boolean");
    const wire = structuredClone(serializeError(thrown));
    equal(typeof deserializeError(wire).message, "string");
  });
}
