import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { hasH264Assembler } from "./h264_assembler.ts";
import { shippedLibraryPath } from "./loader.ts";

/** `HSumSubDB1` of openh264's satd_sad.asm: a table that none of its C++ has. */
const TABLE = Buffer.from([1, 1, 1, 1, 1, 1, 1, 1, 1, -1, 1, -1, 1, -1, 1, -1].map((each) => each & 0xff));

const library = shippedLibraryPath("codecs");

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test({
  name: "hasH264Assembler() tells what the library of the codecs has",
  ignore: !isThere(library) || Deno.build.arch !== "x86_64",
  // The library stays open.
  sanitizeResources: false,
  fn() {
    assert.equal(hasH264Assembler(library), Buffer.from(Deno.readFileSync(library)).includes(TABLE));
  },
});

Deno.test("hasH264Assembler() knows nothing of what is no library of the codecs", () => {
  assert.equal(hasH264Assembler(fileURLToPath(import.meta.url)), undefined);
});
