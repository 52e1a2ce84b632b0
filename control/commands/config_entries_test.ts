import { deepEqual } from "node:assert/strict";
import type { ConfigObjectSchema } from "../../core/descriptor/descriptor.ts";
import { splitEntry, wholeValues } from "./config_entries.ts";

const number = { type: "number" } as const;
const SCHEMA: ConfigObjectSchema = {
  type: "object",
  properties: {
    gainDb: number,
    parameters: { type: "object", additionalProperties: number, default: { Mix: 1 } },
    either: { anyOf: [{ type: "object" }, number] },
  },
  required: [],
  additionalProperties: false,
};

Deno.test("splitEntry() takes all behind a key whose value is an object for the name of an entry, and other names for keys", () => {
  deepEqual(splitEntry(SCHEMA, "parameters.Wet / Dry"), ["parameters", "Wet / Dry"]);
  deepEqual(splitEntry(SCHEMA, "parameters.lfo.rate.Hz"), ["parameters", "lfo.rate.Hz"]);
  for (
    const name of ["gainDb", "parameters", "parameters.", "gainDb.x", "either.x", "parametrs.x", "toString.x", "."]
  ) {
    deepEqual(splitEntry(SCHEMA, name), [name]);
  }
});

Deno.test("wholeValues() joins entries to the values that their keys have, or would have by default", () => {
  const whole = (given: Record<string, unknown>, present = {}) => wholeValues(SCHEMA, given, present);
  const two = { "parameters.A": 1, gainDb: 2, "parameters.B": 3 };
  deepEqual(whole(two, { parameters: { A: 0, C: 0 } }), { parameters: { A: 1, B: 3, C: 0 }, gainDb: 2 });
  deepEqual(whole({ "parameters.A": 1 }), { parameters: { Mix: 1, A: 1 } });
  deepEqual(wholeValues(SCHEMA, two), { parameters: { A: 1, B: 3 }, gainDb: 2 });
  deepEqual(whole({ parameters: { B: 2 }, "parameters.A": 1 }), { parameters: { B: 2, A: 1 } });
  deepEqual(whole({ "parameters.A": 1, parameters: { B: 2 } }), { parameters: { B: 2 } });
  deepEqual(whole(JSON.parse('{"parameters.__proto__":1}')), {
    parameters: Object.assign(JSON.parse('{"__proto__":1}'), { Mix: 1 }),
  });
  deepEqual(whole({ "gainDb.x": 1 }), { "gainDb.x": 1 });
});
