import assert from "node:assert/strict";
import type { NodeInfo } from "../../control/schemas/graph.ts";
import { CalmValues } from "./calm_values.ts";
import type { NodeFigures } from "./graph_figures.ts";

const node = (id: string) => ({ id, outputs: [] }) as unknown as NodeInfo;
const at = (ticksPerSecond: number) => ({ ticksPerSecond }) as NodeFigures;

Deno.test("CalmValues keeps a value until it may change, and the digit that it showed after that", () => {
  const reported = new Map([["level", { peakDb: -7 }]]);
  const values = new CalmValues((id) => reported.get(id));
  assert.equal(values.of(node("a"), at(46.9)).text, "47/s");
  assert.equal(values.of(node("a"), at(60)).text, "47/s");
  assert.equal(values.of(node("level"), at(46.9)).text, "-7.0 dB");
  values.advance();
  assert.equal(values.of(node("a"), at(47.9)).text, "47/s");
  values.advance();
  assert.equal(values.of(node("a"), at(60)).text, "60/s");
});

Deno.test("CalmValues.hold() has what was asked for first, until it may change or is in another condition", () => {
  const values = new CalmValues(() => undefined);
  assert.equal(values.hold("a", "healthy", 1), 1);
  assert.equal(values.hold("a", "healthy", 2), 1);
  assert.equal(values.hold("b", "healthy", 3), 3);
  assert.equal(values.hold("a", "late", 4), 4);
  values.advance();
  assert.equal(values.hold("a", "late", 5), 5);
});
