import assert from "node:assert/strict";
import fc from "fast-check";
import { assertConfig, checkConfig, coerceSetting, describeSchema } from "./config_check.ts";
import { SluiceError } from "../errors.ts";
import type { ConfigObjectSchema, ConfigSchema, NodeDescriptor } from "./descriptor.ts";

const SCHEMA: ConfigObjectSchema = {
  type: "object",
  properties: {
    path: { type: "string", minLength: 1 },
    gainDb: { type: "number", minimum: -60, maximum: 24, default: 0, "x-unit": "dB", "x-live": true },
    shape: { type: "string", enum: ["sine", "square"] },
    count: { type: "integer", minimum: 1, multipleOf: 2 },
    loop: { type: "boolean" },
    size: { anyOf: [{ type: "number", exclusiveMinimum: 0, maximum: 10 }, { type: "string", enum: ["auto"] }] },
    label: { anyOf: [{ type: "null" }, { type: "string" }] },
    bands: {
      type: "array",
      minItems: 1,
      maxItems: 3,
      items: { type: "object", properties: { hz: { type: "number" } }, required: ["hz"], additionalProperties: false },
    },
  },
  required: ["path"],
  additionalProperties: false,
};
const DESCRIPTOR = { type: "gain", config: SCHEMA } as unknown as NodeDescriptor;
const WHERE = 'Cannot configure node "g" (gain)';

function messages(values: Record<string, unknown>): string[] {
  return checkConfig(SCHEMA, values, WHERE).map(({ message }) => {
    assert.ok(message.startsWith(`${WHERE}: `), message);
    return message.slice(WHERE.length + 2);
  });
}

Deno.test("checkConfig() tries a pattern on no text that is so long that it could take for ever", () => {
  const schema: ConfigObjectSchema = {
    type: "object",
    properties: { word: { type: "string", pattern: "^a*a*a*a*$" } },
    required: [],
    additionalProperties: false,
  };
  assert.deepEqual(checkConfig(schema, { word: "a".repeat(10_000) }, WHERE), []);
  // Tried, this would outlast the test by far.
  const [problem] = checkConfig(schema, { word: `${"a".repeat(1_000_000)}b` }, WHERE);
  assert.equal(problem.key, "word");
});

Deno.test("checkConfig() accepts what fits, and takes undefined for absent", () => {
  assert.deepEqual(messages({ path: "a", gainDb: -6, shape: "sine", size: "auto", bands: [{ hz: 1 }] }), []);
  assert.deepEqual(messages({ path: "a", gainDb: undefined }), []);
});

Deno.test("checkConfig() says what was found and what was wanted", () => {
  const known = '"path", "gainDb", "shape", "count", "loop", "size", "label" and "bands"';
  const table: [Record<string, unknown>, string][] = [
    [{ gainDb: "loud" }, '"gainDb" is "loud", wanted a number from -60 to 24 dB'],
    [{ gainDb: 25 }, '"gainDb" is 25, wanted a number from -60 to 24 dB'],
    [{ gainDb: NaN }, '"gainDb" is NaN, wanted a number from -60 to 24 dB'],
    [{ gainDb: Infinity }, '"gainDb" is Infinity, wanted a number from -60 to 24 dB'],
    [{ gainDb: null }, '"gainDb" is null, wanted a number from -60 to 24 dB'],
    [{ gainDb: 3n }, '"gainDb" is 3n, wanted a number from -60 to 24 dB'],
    [{ shape: "saw" }, '"shape" is "saw", wanted one of "sine", "square"'],
    [{ count: 3 }, '"count" is 3, wanted a whole number of at least 1, a multiple of 2'],
    [{ count: 2.5 }, '"count" is 2.5, wanted a whole number of at least 1, a multiple of 2'],
    [{ loop: "yes" }, '"loop" is "yes", wanted true or false'],
    [{ size: "big" }, '"size" is "big", wanted a number of at most 10 and above 0 or "auto"'],
    [{ label: 1 }, '"label" is 1, wanted null or a string'],
    [{ path: "" }, '"path" is "", wanted a non-empty string'],
    [{ path: undefined }, '"path" is missing, wanted a non-empty string'],
    [{ bands: [] }, '"bands" is [], wanted a list of 1 to 3 values, each an object with "hz"'],
    [{ bands: [{ hz: 1 }, { hz: "x" }] }, '"bands.1.hz" is "x", wanted a number'],
    [{ bands: [{}] }, '"bands.0.hz" is missing, wanted a number'],
    [{ bands: [{ hz: 1, HZ: 1 }] }, 'unknown key "bands.0.HZ" (did you mean "hz"?); available: "hz"'],
    [{ gaindB: 1 }, `unknown key "gaindB" (did you mean "gainDb"?); available: ${known}`],
    [{ toString: 1 }, `unknown key "toString"; available: ${known}`],
    [JSON.parse('{"__proto__":1}'), `unknown key "__proto__"; available: ${known}`],
    [{ path: ["x".repeat(200)] }, `"path" is ["${"x".repeat(58)}…, wanted a non-empty string`],
  ];
  for (const [values, expected] of table) {
    const base = Object.hasOwn(values, "path") ? {} : { path: "a" };
    assert.deepEqual(messages(Object.assign(values, base)), [expected]);
  }
});

Deno.test("checkConfig() reports each problem once, with its path", () => {
  const problems = checkConfig(SCHEMA, { gainDb: 99, size: [], other: 1 }, WHERE);
  assert.deepEqual(
    problems.map(({ kind, path, key }) => ({ kind, path, key })).sort((a, b) => a.key < b.key ? -1 : 1),
    [
      { kind: "value", path: ["gainDb"], key: "gainDb" },
      { kind: "unknown", path: ["other"], key: "other" },
      { kind: "missing", path: ["path"], key: "path" },
      { kind: "value", path: ["size"], key: "size" },
    ],
  );
});

Deno.test("checkConfig() does not fill defaults in", () => {
  const values = { path: "a" };
  checkConfig(SCHEMA, values, WHERE);
  assert.deepEqual(values, { path: "a" });
});

Deno.test("checkConfig() survives values that hold themselves", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  assert.deepEqual(messages({ path: loop }), ['"path" is a value of type object, wanted a non-empty string']);
});

Deno.test("checkConfig() gives one line for any value", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(SCHEMA.properties), "x"), fc.anything()), (values) => {
      for (const { message } of checkConfig(SCHEMA, values, WHERE)) {
        assert.ok(message.startsWith(`${WHERE}: `));
        assert.ok(!message.includes("\n"), message);
        assert.ok(message.length < 400, message);
      }
    }),
  );
});

Deno.test("assertConfig() throws the first problem with node, key and the number of others", () => {
  assertConfig(DESCRIPTOR, "g", { path: "a" });
  assert.throws(() => assertConfig(DESCRIPTOR, "g", { path: "a", gainDb: 99, loop: 1 }), (error: unknown) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "InvalidConfig");
    assert.equal(error.nodeId, "g");
    assert.equal(error.key, "gainDb");
    assert.equal(error.message, `${WHERE}: "gainDb" is 99, wanted a number from -60 to 24 dB (and 1 more)`);
    return true;
  });
});

Deno.test("checkConfig() tells the first problems of very many, and counts the others", () => {
  const keys = Array.from({ length: 50_000 }, (_, i) => [`k${i}${"x".repeat(i === 0 ? 1e6 : 0)}`, i]);
  const problems = checkConfig(SCHEMA, { path: "a", ...Object.fromEntries(keys) }, WHERE);
  assert.equal(problems.length, 21);
  assert.ok(problems.every(({ message }) => message.length < 400));
  assert.match(problems[0].message, /: unknown key "k0x{57}…"; available: "path", /);
  assert.equal(problems[20].message, `${WHERE}: 49980 more problems are not listed`);
  assert.throws(
    () => assertConfig(DESCRIPTOR, "g", Object.fromEntries(keys)),
    { message: /^Cannot configure node "g" \(gain\): .* \(and 50000 more\)$/ },
  );
});

Deno.test("checkConfig() looks through a long list of failed unions once", () => {
  const number: ConfigSchema = { anyOf: [{ type: "number" }, { type: "null" }] };
  const schema: ConfigObjectSchema = { ...SCHEMA, properties: { all: { type: "array", items: number } }, required: [] };
  const problems = checkConfig(schema, { all: Array(100_000).fill("x") }, WHERE);
  assert.equal(problems.length, 21);
  assert.equal(problems[0].message, `${WHERE}: "all.0" is "x", wanted a number or null`);
});

Deno.test("describeSchema() lists some of very many choices", () => {
  const choices = Array.from({ length: 10_000 }, (_, i) => `v${i}`);
  assert.match(describeSchema({ enum: choices }), /^one of "v0", .*"v23", and 9976 more$/);
});

Deno.test("coerceSetting() gives the type that the schema wants, else the text", () => {
  const table: [string, string, unknown][] = [
    ["gainDb", "-6.5", -6.5],
    ["gainDb", "loud", "loud"],
    ["gainDb", "", ""],
    ["path", "5", "5"],
    ["path", "a=b", "a=b"],
    ["shape", "sine", "sine"],
    ["loop", "true", true],
    ["loop", "yes", "yes"],
    ["size", "auto", "auto"],
    ["size", "3", 3],
    ["label", "null", null],
    ["label", "x", "x"],
    ["label", "[1]", "[1]"],
    ["bands", '[{"hz":1}]', [{ hz: 1 }]],
    ["nothing", "1", "1"],
    ["toString", "1", "1"],
  ];
  for (const [key, text, expected] of table) assert.deepEqual(coerceSetting(SCHEMA, key, text), expected, key);
});

Deno.test("describeSchema() words each kind of schema", () => {
  assert.equal(describeSchema({ type: "number", "x-unit": "Hz" }), "a number in Hz");
  assert.equal(describeSchema({ type: "string", pattern: "^a" }), "a string matching /^a/");
  assert.equal(describeSchema({ type: "string", minLength: 2, maxLength: 2 }), "a string of 2 characters");
  assert.equal(describeSchema({ type: "array", maxItems: 1 }), "a list of at most 1 value");
  assert.equal(describeSchema({ type: "object" }), "an object");
  assert.equal(describeSchema({}), "any value");
});

Deno.test("checkConfig() shows how words are written where a list of strings is wanted", () => {
  const command = { type: "array", items: { type: "string" } } as const;
  const schema = { type: "object", properties: { command }, required: [], additionalProperties: false } as const;
  const told = (value: unknown) => checkConfig(schema, { command: value }, "Cannot configure")[0].message;
  const wanted = "wanted a list, each a string";
  assert.equal(told("cat a.y4m"), `Cannot configure: "command" is "cat a.y4m", ${wanted}, such as ["cat","a.y4m"]`);
  assert.equal(told("sh -c 'a b'"), `Cannot configure: "command" is "sh -c 'a b'", ${wanted}, such as ["one","two"]`);
  assert.equal(told(4), `Cannot configure: "command" is 4, ${wanted}`);
});
