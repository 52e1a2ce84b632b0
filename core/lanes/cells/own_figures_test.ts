import { deepEqual, throws } from "node:assert/strict";
import { copyFigures, MAX_FIGURE_NAME, MAX_FIGURES } from "./own_figures.ts";

Deno.test("copyFigures() takes as many figures as there may be, and shares nothing with what it was given", () => {
  const given = Object.fromEntries(Array.from({ length: MAX_FIGURES }, (_, k) => [`f${k}`, k]));
  const copy = copyFigures("n", given);
  deepEqual(copy, given);
  given.f0 = 9;
  deepEqual(copy.f0, 0);
});

Deno.test("copyFigures() refuses what is no finite number, too many, and names that are too long, by the node's name", () => {
  const text = "x" as unknown as number;
  throws(
    () => copyFigures("n", { a: NaN }),
    /^TypeError: Cannot report figure "a" of "n": found NaN, wanted a finite /,
  );
  throws(() => copyFigures("n", { a: text }), /^TypeError: .*found x, wanted a finite number/);
  throws(() => copyFigures("n", { "": 1 }), /^RangeError: .*its name has 1 to 64 characters, found 0/);
  throws(() => copyFigures("n", { ["a".repeat(MAX_FIGURE_NAME + 1)]: 1 }), /^RangeError: .*found 65$/);
  const many = Object.fromEntries(Array.from({ length: MAX_FIGURES + 1 }, (_, k) => [`f${k}`, k]));
  throws(() => copyFigures("n", many), /^RangeError: Cannot report figures of "n": found 257, wanted at most 256$/);
});
