import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import type { ConfigSchema } from "./descriptor.ts";
import { findMisfits, type Misfit } from "./schema_fit.ts";

const KEYS = ["a", "b", "isPrototypeOf"];

function misfits(schema: ConfigSchema, value: unknown): Misfit[] {
  const found: Misfit[] = [];
  findMisfits(schema, value, (each) => found.push(each));
  return found;
}

const SCALARS: readonly unknown[] = [
  ...[null, true, false, -3, -2, -1, -0, 0, 1, 2, 2.5, 3, 4, 1e15],
  ...["", "a", "ab", "ba", "abc", "\u{1F600}", "2"],
];

/** A limit that is there half of the time. */
function maybe<T>(name: string, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.option(arbitrary).map((value): Record<string, T> => value === null ? {} : { [name]: value });
}

function together(...parts: fc.Arbitrary<object>[]): fc.Arbitrary<ConfigSchema> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all));
}

function objectOf<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  // Not a literal: `__proto__` is to be a key of its own.
  return fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), value), { selector: ([key]) => key })
    .map((entries) => Object.fromEntries(entries));
}

const { value: VALUE } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...SCALARS),
    fc.array(tie("value"), { maxLength: 3 }),
    objectOf(tie("value")),
  ),
}));

const { schema: SCHEMA } = fc.letrec<{ schema: ConfigSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    together(
      fc.constantFrom({ type: "number" }, { type: "integer" }),
      maybe("minimum", fc.integer({ min: -3, max: 2 })),
      maybe("maximum", fc.integer({ min: -3, max: 3 })),
      maybe("exclusiveMinimum", fc.integer({ min: -3, max: 2 })),
      maybe("exclusiveMaximum", fc.integer({ min: -3, max: 3 })),
      maybe("multipleOf", fc.constantFrom(0.5, 1, 2)),
    ),
    together(
      fc.constant({ type: "string" }),
      maybe("minLength", fc.nat(2)),
      maybe("maxLength", fc.nat(2)),
      maybe("pattern", fc.constantFrom("^a", "b$", "^.$")),
    ),
    fc.constantFrom<ConfigSchema>({ type: "boolean" }, { type: "null" }, {}),
    fc.record({ enum: fc.array(VALUE, { minLength: 1, maxLength: 3 }) }),
    together(
      fc.constant({ type: "array" }),
      maybe("items", tie("schema")),
      maybe("minItems", fc.nat(2)),
      maybe("maxItems", fc.nat(2)),
    ),
    together(
      fc.constant({ type: "object" }),
      maybe("properties", objectOf(tie("schema"))),
      maybe("required", fc.uniqueArray(fc.constantFrom(...KEYS))),
      maybe("additionalProperties", fc.oneof(fc.boolean(), tie("schema"))),
    ),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
  ),
}));

Deno.test("findMisfits() accepts and refuses what Ajv does", () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(SCHEMA, fc.array(VALUE, { maxLength: 8 }), (schema, values) => {
      const ajv = new Ajv2020({ strict: false, ownProperties: true, logger: false, validateSchema: false });
      const validate = ajv.compile(schema);
      for (const value of [...SCALARS, ...values]) {
        const isValid = validate(value);
        if (isValid) accepted++;
        else refused++;
        assert.equal(misfits(schema, value).length === 0, isValid, JSON.stringify({ schema, value }));
      }
    }),
    { numRuns: Number(Deno.env.get("SLUICE_FUZZ_RUNS") ?? 200) },
  );
  assert.ok(accepted > 200 && refused > 200, `${accepted} accepted, ${refused} refused`);
});

Deno.test("findMisfits() tells each place once, with its path, its schema and its value", () => {
  const hz: ConfigSchema = { type: "number", minimum: 1 };
  const band: ConfigSchema = { type: "object", properties: { hz }, required: ["hz"], additionalProperties: false };
  const schema: ConfigSchema = { type: "array", items: band, maxItems: 2 };
  const value = [{ hz: 0 }, { Hz: 1 }, 3];
  assert.deepEqual(misfits(schema, value), [
    { path: [], kind: "value", schema, value },
    { path: [0, "hz"], kind: "value", schema: hz, value: 0 },
    { path: [1, "hz"], kind: "missing", schema: band, value: { Hz: 1 } },
    { path: [1, "Hz"], kind: "unknown", schema: band, value: { Hz: 1 } },
    { path: [2], kind: "value", schema: band, value: 3 },
  ]);
});

Deno.test("findMisfits() refuses numbers that are not finite, and takes undefined for absent", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.equal(misfits({ type: "number" }, value).length, 1, String(value));
    assert.equal(misfits({ type: "integer" }, value).length, 1, String(value));
  }
  const schema: ConfigSchema = { type: "object", properties: { a: { type: "number" } } };
  assert.deepEqual(misfits(schema, { a: undefined }), []);
  assert.equal(misfits({ ...schema, required: ["a"] }, { a: undefined })[0].kind, "missing");
});

Deno.test("findMisfits() takes what the environment gives where a text is wanted, and in no alternative", () => {
  const short: ConfigSchema = { type: "string", maxLength: 3 };
  assert.deepEqual(misfits(short, "${env:NAME}"), []);
  assert.deepEqual(misfits({ enum: ["auto"] }, "${env:NAME}"), []);
  assert.equal(misfits({ enum: ["auto", 1] }, "${env:NAME}").length, 1);
  assert.equal(misfits({ type: "number" }, "${env:NAME}").length, 1);
  assert.equal(misfits({ anyOf: [short, { type: "null" }] }, "${env:NAME}").length, 1);
});
