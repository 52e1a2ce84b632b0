import assert from "node:assert/strict";
import fc from "fast-check";
import { nameLines, type NameRoom } from "./name_lines.ts";

/** Letters of one width. */
const widthOf = (text: string) => 0.6 * [...text].length;

const ROOM: NameRoom = { first: 132, second: 160, one: 24, two: 24, least: 22 };

Deno.test("nameLines() leaves a name that has room on one line, as large as it may be", () => {
  assert.deepEqual(nameLines("mixer", ROOM, widthOf), { size: 24, lines: ["mixer"] });
});

Deno.test("nameLines() makes a name smaller rather than cut it", () => {
  const { size, lines } = nameLines("loudnessM", { ...ROOM, first: 120, least: 12 }, widthOf);
  assert.deepEqual(lines, ["loudnessM"]);
  assert.ok(size < 24 && size * widthOf("loudnessM") <= 120.001, `${size}`);
});

for (
  const [name, lines] of [
    ["echoCancellation", ["echo", "Cancellation"]],
    ["speech-recognizer", ["speech-", "recognizer"]],
    ["voice_activity2", ["voice_", "activity2"]],
    ["websocketsinks", ["websocket", "sinks"]],
    ["n1234567890123", ["n12345678", "90123"]],
  ] as const
) {
  Deno.test(`nameLines() breaks "${name}" as "${lines.join(" ")}"`, () => {
    const found = nameLines(name, { ...ROOM, second: 175 }, widthOf);
    assert.deepEqual(found.lines, lines);
    assert.ok(found.size >= ROOM.least);
  });
}

Deno.test("nameLines() cuts a name that two lines of the least size do not hold, at the end of the second", () => {
  const { size, lines } = nameLines("a".repeat(60), ROOM, widthOf);
  assert.equal(size, ROOM.least);
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^a+$/);
  assert.match(lines[1], /^a+…$/);
});

Deno.test("nameLines() keeps each line in its room, no letter too small, and all letters of what is not cut", () => {
  fc.assert(fc.property(
    fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }),
    fc.double({ min: 8, max: 24, noNaN: true }),
    (name, least) => {
      const room = { ...ROOM, least, two: Math.max(least, 19) };
      const { size, lines } = nameLines(name, room, widthOf);
      assert.ok(size >= least - 1e-9 && size <= 24, `${size}`);
      lines.forEach((line, k) => {
        assert.ok(size * widthOf(line) <= [room.first, room.second][k] + 1e-6, `${line} at ${size}`);
      });
      const isCut = lines.at(-1)!.endsWith("…") && !name.endsWith("…");
      if (!isCut) assert.equal(lines.join(""), name);
      else assert.ok(name.startsWith(lines.join("").slice(0, -1)));
    },
  ));
});
