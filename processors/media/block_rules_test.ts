/** Blocks of Matroska that keep to what their file says of its tracks, and that do not. */
import assert from "node:assert/strict";
import { type BlockRules, fitsTracks, rulesIn } from "./block_rules.ts";
import { elementAt } from "./ebml.ts";

/** A track 1 whose blocks may be laced, and a track 2 whose may not. */
const RULES: BlockRules = new Map([[1, true], [2, false]]);

/** Whether a simple block with a head and a content fits. */
function fits(track: number, flags: number, ...content: readonly number[]): boolean {
  const bytes = Uint8Array.of(0xa3, 0x80 + 4 + content.length, 0x80 + track, 0, 0, flags, ...content);
  return fitsTracks(bytes, elementAt((from, to) => bytes.subarray(from, to), 0, bytes.length)!, RULES);
}

Deno.test("rulesIn() reads which tracks there are, and whether their blocks may be laced", () => {
  const laced = [0xae, 0x83, 0xd7, 0x81, 1];
  const plain = [0xae, 0x86, 0xd7, 0x81, 2, 0x9c, 0x81, 0];
  assert.deepEqual(rulesIn(Uint8Array.from([...laced, ...plain])), RULES);
});

Deno.test("fitsTracks() takes a block of a track that there is, and none of another one", () => {
  assert.deepEqual([fits(1, 0x80, 7), fits(2, 0x80, 7), fits(5, 0x80, 7)], [true, true, false]);
});

Deno.test("fitsTracks() takes no laced block of a track without lacing", () => {
  assert.deepEqual([fits(1, 0x84, 1, 7, 8), fits(2, 0x84, 1, 7, 8)], [true, false]);
});

/** Laces of the three kinds by the flags of their blocks (RFC 9559, 10.3), and whether their frames are in them. */
const LACES: readonly (readonly [flags: number, content: readonly number[], fits: boolean])[] = [
  [0x82, [1, 2, 7, 7, 8], true],
  [0x82, [1, 4, 7, 7, 8], false],
  [0x82, [1, 255], false],
  [0x84, [2, 7, 8, 9], true],
  [0x84, [2, 7, 8, 9, 10], false],
  // Sizes of 2 and 2 + 1, and one byte that is left: 0xc0 stands for a difference of 1.
  [0x86, [2, 0x82, 0xc0, 7, 7, 8, 8, 8, 9], true],
  [0x86, [2, 0x82, 0xc0, 7, 7, 8, 8], false],
  [0x86, [1, 0x00, 7, 7], false],
  [0x86, [0, 0, 0, 2], false],
];

for (const [flags, content, isFit] of LACES) {
  Deno.test(`fitsTracks() ${isFit ? "takes" : "takes no"} lace ${content} with flags ${flags.toString(16)}`, () => {
    assert.equal(fits(1, flags, ...content), isFit);
  });
}
