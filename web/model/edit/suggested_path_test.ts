import assert from "node:assert/strict";
import { suggestedPath } from "./suggested_path.ts";

Deno.test("suggestedPath() names the files that a type writes, and none that it reads", () => {
  const now = new Date(2026, 10, 26, 18, 5, 12);
  const pathOf = (example: string, outputs: string[] = []) =>
    suggestedPath({ doc: `Writes.\n{ "out": { "config": { "path": "${example}", "x": 1 } } }`, outputs }, now);
  assert.equal(pathOf("out/demo.wav"), "recording-180512.wav");
  assert.equal(pathOf("volts.csv"), "recording-180512.csv");
  assert.equal(pathOf("out/shot-%05d.png"), "recording-180512-%05d.png");
  assert.equal(pathOf("demo.wav", ["audio"]), "");
  assert.equal(suggestedPath({ doc: "Writes.", outputs: [] }, now), "");
});
