import { deepEqual, equal, throws } from "node:assert/strict";
import { readStageConfig } from "./config_schema.ts";

Deno.test("readStageConfig() gives the schema of an object", () => {
  const empty = { type: "object", properties: {}, required: [], additionalProperties: false };
  deepEqual(readStageConfig(null).config, empty);
  deepEqual(readStageConfig("{}").config, empty);
  const gain = { type: "number", minimum: -60, maximum: 24, default: 0, "x-unit": "dB", "x-live": true };
  const text = JSON.stringify({ $schema: "x", properties: { gain }, required: ["gain"] });
  deepEqual(readStageConfig(text).config, { ...empty, properties: { gain }, required: ["gain"] });
  const taps = { type: "array", items: { anyOf: [{ type: "number" }, { enum: ["auto"] }] } };
  deepEqual(readStageConfig(JSON.stringify({ properties: { taps } })).config.properties, { taps });
});

Deno.test("readStageConfig() says what is wrong with a schema, and where", () => {
  const told: [text: string, message: string | RegExp][] = [
    ["{", /^its configuration schema is no JSON: /],
    ["[]", /^its configuration schema is .*, wanted an object$/],
    ['{"type":"array"}', "its configuration schema is none of an object without other keys"],
    ['{"additionalProperties":true}', "its configuration schema is none of an object without other keys"],
    ['{"allOf":[]}', 'its configuration schema has "allOf", which is not known there'],
    ['{"properties":[]}', /^properties is .*, wanted an object$/],
    ['{"properties":{"a":{"typ":1}}}', /^properties\.a has "typ" \(did you mean "type"\?\); available: "type", /],
    ['{"properties":{"a":{"minimum":"1"}}}', 'properties.a.minimum is "1", wanted a number'],
    ['{"properties":{"a":{"pattern":"("}}}', /^properties\.a\.pattern is no regular expression: /],
    [
      '{"properties":{"a":{"items":{"type":"text"}}}}',
      /^properties\.a\.items\.type is "text", wanted string, number, /,
    ],
    ['{"required":["b"]}', 'required names "b", which is no property'],
    ['{"x-accepts":{"audio":{"rate":48000}}}', /^x-accepts\.audio names "rate"; available: "sampleRateHz", /],
    [
      '{"x-accepts":{"audio":{"channels":[]}}}',
      /^x-accepts\.audio\.channels is \[\], wanted a value or a list of some$/,
    ],
    ['{"x-accepts":{"audio":3}}', /^x-accepts\.audio is 3, wanted an object$/],
    ['{"x-commands":["reset"]}', /^x-commands is .*, wanted an object$/],
    ['{"x-commands":{"reset":{}}}', /^x-commands\.reset is .*, wanted a text$/],
    ['{"x-isolate":"lane"}', /^x-isolate is "lane", wanted process$/],
    ['{"x-converts":"width"}', /^x-converts is "width", wanted /],
    ['{"x-converts":["size"]}', /^x-converts names "size"; available: "sampleRateHz", /],
    ['{"x-converts":["width"]}', 'x-converts names "width", which is no property'],
  ];
  for (const [text, message] of told) throws(() => readStageConfig(text), { name: "RangeError", message });
});

Deno.test("readStageConfig() gives the formats that inputs accept, by port", () => {
  deepEqual(readStageConfig(null).accepts, {});
  const accepts = { audio: { sampleRateHz: 48_000, channels: [1, 2] } };
  deepEqual(readStageConfig(JSON.stringify({ "x-accepts": accepts })).accepts, accepts);
});

Deno.test("readStageConfig() says whether a stage has a process of its own by default", () => {
  equal(readStageConfig('{"x-isolate":"process"}').isolated, true);
  equal(readStageConfig("{}").isolated, false);
});

Deno.test("readStageConfig() gives what a stage can be asked for", () => {
  deepEqual(readStageConfig(null).commands, {});
  deepEqual(readStageConfig("{}").commands, {});
  const commands = { reset: "Counts from 0 again." };
  deepEqual(readStageConfig(JSON.stringify({ "x-commands": commands })).commands, commands);
});

Deno.test("readStageConfig() gives the fields of a format that a stage converts", () => {
  deepEqual(readStageConfig(null).converts, []);
  deepEqual(readStageConfig("{}").converts, []);
  const properties = { width: { type: "integer" } };
  deepEqual(readStageConfig(JSON.stringify({ properties, "x-converts": ["width", "codec"] })).converts, [
    "width",
    "codec",
  ]);
});

Deno.test("readStageConfig() refuses schemas that stand in each other too deep", () => {
  let schema: object = { type: "number" };
  for (let k = 0; k < 10_000; k++) schema = { type: "array", items: schema };
  const text = JSON.stringify({ properties: { a: schema } });
  throws(() => readStageConfig(text), { message: / is nested more than 32 levels deep$/ });
  equal(Object.keys(readStageConfig('{"properties":{"a":{}}}').config.properties).length, 1);
});
