import assert from "node:assert/strict";
import fc from "fast-check";
import { nodePackage } from "../../sluice.gen.ts";
import {
  configFields,
  describeRange,
  type FieldSchema,
  type NumberField,
  parseField,
  sliderPlace,
  sliderValue,
} from "./config_fields.ts";

function numberField(schema: FieldSchema): NumberField {
  const [field] = configFields({ properties: { x: { type: "number", ...schema } } });
  assert.equal(field.kind, "number");
  return field as NumberField;
}

Deno.test("configFields() gives each key of the standard processors a field that takes the key's default", () => {
  for (const { descriptor } of nodePackage.nodes) {
    for (const field of configFields(descriptor.config)) {
      if (field.default === undefined) continue;
      const text = field.kind === "json" ? JSON.stringify(field.default) : String(field.default);
      assert.deepEqual(parseField(field, text), { value: field.default }, `${descriptor.type}.${field.key}`);
    }
  }
});

Deno.test("configFields() of gain gives a live slider in dB", () => {
  const gain = nodePackage.nodes.find(({ descriptor }) => descriptor.type === "gain")!;
  const field = configFields(gain.descriptor.config).find(({ key }) => key === "gainDb") as NumberField;
  assert.equal(field.unit, "dB");
  assert.equal(field.live, true);
  assert.equal(field.slider?.minimum, field.minimum);
});

Deno.test("configFields() writes what it has no control for as JSON", () => {
  const [field] = configFields({ properties: { list: { type: "array", default: [1] } } });
  assert.equal(field.kind, "json");
  assert.deepEqual(parseField(field, "[1, 2]"), { value: [1, 2] });
  assert.deepEqual(parseField(field, "[1,"), { problem: "wanted JSON" });
});

Deno.test("sliderValue() stays in the range and on the steps, and reaches both ends", () => {
  const range = fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 100_000 }));
  fc.assert(fc.property(range, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), ([from, width], whole, at) => {
    const field = numberField({ type: whole ? "integer" : "number", minimum: from, maximum: from + width });
    const { places } = field.slider!;
    const value = sliderValue(field, Math.round(at * places));
    assert.ok(value >= from && value <= from + width);
    if (whole) assert.ok(Number.isInteger(value));
    assert.equal(sliderValue(field, 0), from);
    assert.equal(sliderValue(field, places), from + width);
    assert.equal(sliderPlace(field, from), 0);
    assert.equal(sliderPlace(field, from + width), places);
  }));
});

Deno.test("sliderPlace() of a number is where sliderValue() gives about that number", () => {
  const field = numberField({ minimum: 20, maximum: 20_000 });
  assert.equal(field.slider?.logarithmic, true);
  const value = sliderValue(field, sliderPlace(field, 440));
  assert.ok(Math.abs(value - 440) < 5, String(value));
});

Deno.test("sliderValue() of neighbouring places is never the same", () => {
  const ranges: FieldSchema[] = [
    { minimum: -120, maximum: 24 },
    { minimum: 0, maximum: 1 },
    { minimum: 20, maximum: 20_000 },
    { type: "integer", minimum: 0, maximum: 7 },
    { type: "integer", minimum: 0, maximum: 1_000_000 },
    { minimum: 0, maximum: 96_000 },
    { multipleOf: 0.5, minimum: 0, maximum: 5_000 },
  ];
  for (const schema of ranges) {
    const field = numberField(schema);
    const { places } = field.slider!;
    for (let place = 1; place <= places; place++) {
      assert.ok(sliderValue(field, place) > sliderValue(field, place - 1), `${JSON.stringify(schema)} at ${place}`);
    }
  }
});

Deno.test("parseField() says what was wanted", () => {
  const field = numberField({ minimum: -60, maximum: 24, "x-unit": "dB" });
  assert.deepEqual(parseField(field, "-6.5"), { value: -6.5 });
  assert.deepEqual(parseField(field, ""), { problem: "wanted a number" });
  assert.deepEqual(parseField(field, "30"), { problem: "wanted a number from -60 to 24 dB" });
  assert.deepEqual(parseField(numberField({ exclusiveMinimum: 0 }), "0"), { problem: "wanted a number above 0" });
  assert.deepEqual(parseField(numberField({ type: "integer" }), "1.5"), { problem: "wanted a whole number" });
});

Deno.test("parseField() takes a duration as a number or as text with a unit", () => {
  const [field] = configFields({
    properties: { wait: { "x-duration": "ms", anyOf: [{ type: "number", minimum: 0 }, { type: "string" }] } },
  });
  assert.deepEqual(parseField(field, "20"), { value: 20 });
  assert.deepEqual(parseField(field, "2 s"), { value: "2 s" });
  assert.deepEqual(parseField(field, "soon"), { problem: "wanted a number" });
});

Deno.test("describeRange() names ends that are open, excluded or absent", () => {
  assert.equal(describeRange(numberField({})), "");
  assert.equal(describeRange(numberField({ exclusiveMinimum: 0, maximum: 1 })), "above 0, at most 1");
});

Deno.test("sliderValue() of a range from 0 to 96,000 Hz has as much room for low numbers as for high ones", () => {
  const field = numberField({ minimum: 0, maximum: 96_000, "x-unit": "Hz" });
  const { places } = field.slider!;
  assert.equal(sliderValue(field, 0), 0);
  assert.ok(sliderValue(field, places / 2) < 500, String(sliderValue(field, places / 2)));
  for (const place of [0, 1, 40, places / 2, places]) {
    assert.equal(sliderPlace(field, sliderValue(field, place)), place);
  }
});
