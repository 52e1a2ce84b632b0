import assert from "node:assert/strict";
import { cut } from "./cut_text.ts";

/** Letters of 10 units each. */
const context = {
  font: "10px test",
  measureText: (text: string) => ({ width: [...text].length * 10 }),
} as unknown as CanvasRenderingContext2D;

Deno.test("cut() leaves a text that fits, and ends one that does not with a mark within the width", () => {
  assert.equal(cut(context, "worker", 60), "worker");
  assert.equal(cut(context, "worker", 59), "work…");
});

Deno.test("cut() leaves nothing where not one letter has room beside the mark", () => {
  assert.equal(cut(context, "worker", 19), "");
  assert.equal(cut(context, "worker", -8), "");
});
