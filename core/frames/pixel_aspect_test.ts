import { deepEqual, equal, throws } from "node:assert/strict";
import { aspectRatio, packAspect, type PixelAspect, pixelAspectOf, readAspect } from "./pixel_aspect.ts";

Deno.test("packAspect() and readAspect() keep an aspect in its fewest digits, and nothing of square pixels", () => {
  const kept = (aspect: PixelAspect) => readAspect(packAspect(aspect));
  deepEqual((["16:15", "32:30", "65535:1", "1:65535", "7:7"] as const).map(kept), [
    "16:15",
    "16:15",
    "65535:1",
    "1:65535",
    undefined,
  ]);
  equal(packAspect("65535:65534"), 0xfffffffe);
  equal(packAspect(undefined), 0);
});

Deno.test("packAspect() refuses what is no aspect", () => {
  for (const wrong of ["16/15", "0:1", "1:0", "65536:1", "-1:2", "1.5:1", "", "16:15 ", 1.06]) {
    throws(() => packAspect(wrong as PixelAspect), {
      name: "RangeError",
      message: /^Cannot acquire a frame: pixelAspect is .*, wanted two whole numbers from 1 to 65535, such as "16:15"$/,
    });
  }
});

Deno.test("pixelAspectOf() rounds what is too long for a slot, and takes 0 for square", () => {
  equal(pixelAspectOf(0, 5), undefined);
  equal(pixelAspectOf(5, 0), undefined);
  equal(pixelAspectOf(Number.NaN, 1), undefined);
  const [found, wanted] = [aspectRatio(pixelAspectOf(400_001, 300_001)), 400_001 / 300_001];
  equal(Math.abs(found - wanted) < 1e-4, true);
  equal(aspectRatio("16:15"), 16 / 15);
  equal(aspectRatio(undefined), 1);
});
