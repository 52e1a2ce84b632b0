import assert from "node:assert/strict";
import { placeOf } from "./thrown.ts";

Deno.test("placeOf() reads the place of a line, however its URL is written", () => {
  const place = "file:///my%20gr%C3%A4phs/bug.ts:8:14";
  assert.equal(placeOf(`    at Bug.process (${place})`), place);
  assert.equal(placeOf("    at Bug.process (file:///my gräphs/bug.ts:8:14)"), place);
  assert.equal(placeOf("    at file:///my gräphs/bug.ts:8:14"), place);
  assert.equal(placeOf("    at async file:///my gräphs/bug.ts:8:14"), place);
  assert.equal(placeOf("    at new Bug (file:///my (old)/bug.ts:8:14)"), "file:///my%20(old)/bug.ts:8:14");
  assert.equal(placeOf("    at Bug.process (https://a.example/bug.ts:8:14)"), "https://a.example/bug.ts:8:14");
});

Deno.test("placeOf() finds no place in other lines", () => {
  for (const line of ["Error: at file:///bug.ts:8:14", "    at file:///bug.ts", "    at <anonymous>", ""]) {
    assert.equal(placeOf(line), undefined);
  }
});
