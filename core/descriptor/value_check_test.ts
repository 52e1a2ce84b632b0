import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import type { ConfigSchema } from "./descriptor.ts";
import { assertValue, findValueMisfit } from "./value_check.ts";

const TREE: ConfigSchema = {
  $ref: "#/$defs/Tree",
  $defs: {
    Tree: {
      type: "object",
      properties: {
        value: { type: "number" },
        left: { $ref: "#/$defs/Tree" },
        right: { anyOf: [{ type: "null" }, { $ref: "#/$defs/Tree" }] },
      },
      required: ["value"],
    },
  },
};

const fits = (schema: ConfigSchema, value: unknown) => findValueMisfit(schema, value) === undefined;

const KEYS = ["a", "b"];
const SCALARS = [null, true, false, -1, 0, 1, 2.5, "", "a", "ab"];

const { value: VALUE } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...SCALARS),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value")),
  ),
}));

const { schema: SCHEMA } = fc.letrec<{ schema: ConfigSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<ConfigSchema>(
      { type: "number", minimum: 0 },
      { type: "integer" },
      { type: "string", minLength: 1 },
      { type: "boolean" },
      { type: "null" },
      { enum: ["a", 1] },
      { $comment: "any" },
      { $ref: "#/$defs/Nested" },
    ),
    fc.record({
      type: fc.constant("array" as const),
      prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
      items: tie("schema"),
    }),
    fc.record({ type: fc.constant("array" as const), items: tie("schema"), minItems: fc.nat(1), maxItems: fc.nat(2) }),
    fc.record({
      type: fc.constant("object" as const),
      properties: fc.record({ a: tie("schema"), b: tie("schema") }),
      required: fc.subarray(KEYS),
    }),
    fc.record({ type: fc.constant("object" as const), additionalProperties: tie("schema") }),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
  ),
}));

const NESTED: ConfigSchema = {
  anyOf: [{ type: "number" }, { type: "array", items: { $ref: "#/$defs/Nested" } }],
};

Deno.test("findValueMisfit() accepts and refuses of JSON what Ajv does", () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(SCHEMA, fc.array(VALUE, { maxLength: 8 }), (inner, values) => {
      const schema = { ...inner, $defs: { Nested: NESTED } };
      const ajv = new Ajv2020({ strict: false, logger: false, validateSchema: false });
      const validate = ajv.compile(schema);
      for (const value of [...SCALARS, ...values]) {
        const isValid = validate(value);
        if (isValid) accepted++;
        else refused++;
        assert.equal(fits(schema, value), isValid, JSON.stringify({ schema, value }));
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(accepted > 100 && refused > 100, `${accepted} accepted, ${refused} refused`);
});

Deno.test("findValueMisfit() tells the first place, with what is wanted there", () => {
  const number: ConfigSchema = { type: "number" };
  const schema: ConfigSchema = {
    type: "object",
    properties: { list: { type: "array", items: { type: "object", properties: { x: number }, required: ["x"] } } },
  };
  assert.equal(findValueMisfit(schema, { list: [{ x: 1 }], other: true }), undefined);
  assert.deepEqual(findValueMisfit(schema, { list: [{ x: 1 }, { x: "1" }] }), {
    path: ["list", 1, "x"],
    schema: number,
    found: "1",
  });
  assert.deepEqual(findValueMisfit(schema, { list: [{}] }), {
    path: ["list", 0, "x"],
    schema: number,
    found: undefined,
  });
});

Deno.test("findValueMisfit() takes numbers that are not finite, unless a range excludes them", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.ok(fits({ type: "number" }, value));
    assert.ok(!fits({ type: "integer" }, value));
  }
  assert.ok(fits({ type: "number", maximum: 0 }, -Infinity));
  assert.ok(!fits({ type: "number", maximum: 0 }, Infinity));
  assert.ok(!fits({ type: "number", maximum: 0 }, NaN));
});

Deno.test("findValueMisfit() knows what JSON has no form for, and typed arrays as lists", () => {
  const named: readonly (readonly [string, unknown])[] = [
    ["Float32Array", new Float32Array(2)],
    ["Date", new Date(0)],
    ["Map", new Map()],
    ["BigInt", 1n],
    ["Undefined", undefined],
    ["Uint8Array", new Uint8Array(1)],
  ];
  for (const [name, value] of named) {
    for (const [other, another] of named) assert.equal(fits({ "x-type": name }, another), name === other, name);
    assert.ok(!fits({ "x-type": name }, {}), `${name} ${value}`);
  }
  assert.ok(fits({ type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 }, new Float32Array(2)));
  assert.ok(!fits({ type: "array", maxItems: 1 }, new Float32Array(2)));
  assert.ok(!fits({ type: "object" }, new Float32Array(2)));
});

Deno.test("findValueMisfit() counts getters of a class, and nothing that every object has", () => {
  class View {
    get x() {
      return 1;
    }
  }
  const wants = (key: string): ConfigSchema => ({ type: "object", properties: { [key]: {} }, required: [key] });
  assert.ok(fits(wants("x"), new View()));
  assert.ok(!fits(wants("toString"), {}));
});

Deno.test("findValueMisfit() follows types that contain themselves, and values that do", () => {
  assert.ok(fits(TREE, { value: 1, left: { value: 2 }, right: null }));
  assert.deepEqual(findValueMisfit(TREE, { value: 1, left: { value: 2, left: { value: "3" } } })?.path, [
    "left",
    "left",
    "value",
  ]);
  assert.deepEqual(findValueMisfit(TREE, { value: 1, right: { value: "2" } })?.path, ["right", "value"]);
  const ring: { value: unknown; left?: unknown } = { value: 1 };
  ring.left = { value: 2, left: ring };
  assert.ok(fits(TREE, ring));
  ring.value = "1";
  assert.deepEqual(findValueMisfit(TREE, ring)?.path, ["value"]);
});

Deno.test("findValueMisfit() looks at a value of any depth without running out of stack, and once at a shared one", () => {
  let chain: { value: number; left?: unknown; right?: unknown } = { value: 0 };
  for (let n = 0; n < 100_000; n++) chain = { value: n, left: chain };
  assert.ok(fits(TREE, chain));
  // Two ways to each level: 2^60 if each were gone.
  let shared: { value: number; left?: unknown; right?: unknown } = { value: 0 };
  for (let n = 0; n < 60; n++) shared = { value: n, left: shared, right: shared };
  assert.ok(fits(TREE, shared));
});

/** An expression, whose tag is declared last. */
const EXPRESSION: ConfigSchema = {
  anyOf: [{ type: "number" }, { $ref: "#/$defs/Add" }, { $ref: "#/$defs/Sub" }],
};
const OPERANDS = { left: EXPRESSION, right: EXPRESSION };
const OPERATION = (op: string): ConfigSchema => ({
  type: "object",
  properties: { ...OPERANDS, op: { enum: [op] } },
  required: ["left", "right", "op"],
});
const SUM: ConfigSchema = { ...EXPRESSION, $defs: { Add: OPERATION("add"), Sub: OPERATION("sub") } };

Deno.test("findValueMisfit() looks a few times at each object of a recursive union that does not fit deep inside", () => {
  for (const hasTags of [true, false]) {
    let reads = 0;
    const [depth, path] = [60, [] as string[]];
    let value: unknown = "wrong";
    for (let n = 0; n < depth; n++) {
      const left = value;
      value = {
        get left() {
          return reads++, left;
        },
        right: 1,
        ...(hasTags && { op: n % 2 ? "add" : "sub" }),
      };
      path.push("left");
    }
    // Without tags, each object may be either.
    assert.deepEqual(findValueMisfit(SUM, value), { path, schema: EXPRESSION, found: "wrong" });
    // Twice each where both types are tried, of two reads each; 2^60 if each way in were gone.
    assert.ok(reads <= 4 * depth, `${reads} reads of ${depth} objects`);
  }
});

Deno.test("findValueMisfit() names the place in a union by its tag, or where its types agree", () => {
  const find = (value: unknown) => findValueMisfit(SUM, value);
  const ops = { anyOf: [{ enum: ["add"] }, { enum: ["sub"] }] };
  assert.deepEqual(find({ left: 1, right: 2, op: "mul" }), { path: ["op"], schema: ops, found: "mul" });
  assert.deepEqual(find({ left: 1, right: 2 }), { path: ["op"], schema: ops, found: undefined });
  assert.deepEqual(find({ left: 1, right: "2", op: "sub" }), { path: ["right"], schema: EXPRESSION, found: "2" });
  assert.deepEqual(find("2"), { path: [], schema: SUM, found: "2" });
  const other: ConfigSchema = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
  const tagged = { type: "object", properties: { kind: { enum: ["b"] }, b: other }, required: ["kind"] } as const;
  const union: ConfigSchema = { anyOf: [other, tagged] };
  assert.deepEqual(findValueMisfit(union, { kind: "b", b: {} })?.path, ["b", "a"]);
  assert.deepEqual(findValueMisfit(union, { kind: "c", b: {} })?.path, []);
});

Deno.test("findValueMisfit() refuses a value whose parts fit only if the value itself does, as another type of a union", () => {
  const ref = (name: string): ConfigSchema => ({ $ref: `#/$defs/${name}` });
  const object = (properties: ConfigSchema["properties"], required: string[]): ConfigSchema => ({
    type: "object",
    properties,
    required,
  });
  const schema: ConfigSchema = {
    anyOf: [ref("Strict"), object({ part: ref("Part") }, ["part"])],
    $defs: {
      Strict: object({ part: ref("Part"), missing: {} }, ["part", "missing"]),
      Part: object({ whole: ref("Strict") }, ["whole"]),
    },
  };
  const whole: { part?: unknown } = {};
  whole.part = { whole };
  assert.ok(!fits(schema, whole));
  assert.ok(fits(schema, Object.assign(whole, { missing: 1 })));
});

Deno.test("assertValue() names the key, what was wanted and found, and the input", () => {
  const schema: ConfigSchema = {
    type: "object",
    properties: { db: { type: "number", maximum: 0, "x-unit": "dB" }, bins: { "x-type": "Float32Array" } },
    required: ["db", "bins"],
  };
  const wanted = { address: "show.levels", type: "Level", schema };
  const refusal = (value: unknown) => {
    try {
      assertValue(wanted, value, `Cannot push to "source"`);
    } catch (error) {
      const { code, message, key, expected, actual } = error as Record<string, unknown>;
      return { code, message, key, expected, actual };
    }
  };
  assert.equal(refusal({ db: -1, bins: new Float32Array(1) }), undefined);
  assert.deepEqual(refusal({ db: "loud", bins: new Float32Array(1) }), {
    code: "TypeMismatch",
    message:
      `Cannot push to "source": "value.db" is "loud", wanted a number of at most 0 dB; "show.levels" takes Level`,
    key: "value.db",
    expected: "a number of at most 0 dB",
    actual: '"loud"',
  });
  assert.equal(
    refusal({ db: -1, bins: [1] })?.message,
    `Cannot push to "source": "value.bins" is a list, wanted a Float32Array; "show.levels" takes Level`,
  );
  assert.equal(
    refusal({ bins: new Float32Array(1) })?.message,
    `Cannot push to "source": "value.db" is missing, wanted a number of at most 0 dB; "show.levels" takes Level`,
  );
  assert.equal(
    refusal(null)?.message,
    `Cannot push to "source": "value" is null, wanted an object with "db" and "bins"; "show.levels" takes Level`,
  );
});
