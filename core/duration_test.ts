import assert from "node:assert/strict";
import fc from "fast-check";
import { DURATION_UNITS, parseDuration } from "./duration.ts";

Deno.test("parseDuration() converts between units", () => {
  assert.equal(parseDuration("250 ms", "ms"), 250);
  assert.equal(parseDuration("1.5s", "ms"), 1500);
  assert.equal(parseDuration("2 min", "s"), 120);
  assert.equal(parseDuration("30 ms", "s"), 0.03);
  assert.equal(parseDuration("1 h", "ns"), 3.6e12);
});

Deno.test("parseDuration() answers undefined to what is no duration", () => {
  for (const text of ["", "ms", "5", "-5 ms", "5  ms", "5 msec", "1e3 ms", "05 ms", ".5 s", "5 ms "]) {
    assert.equal(parseDuration(text, "ms"), undefined, text);
  }
});

Deno.test("parseDuration() gives a whole number back in its own unit", () => {
  fc.assert(fc.property(fc.nat(), fc.constantFrom(...DURATION_UNITS), (value, unit) => {
    assert.equal(parseDuration(`${value} ${unit}`, unit), value);
  }));
});
