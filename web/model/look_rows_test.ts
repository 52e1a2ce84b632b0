import { deepEqual, equal } from "node:assert/strict";
import type { TapMessage } from "../../control/schemas/tap.ts";
import { cellText, LookRows } from "./look_rows.ts";

const reading = (head: object, payload = new Uint8Array(0)) => ({ head, payload }) as unknown as TapMessage;
const cells = ({ rows, fields }: LookRows) =>
  rows.map(({ values }) => fields.map((name) => cellText(values.get(name))));
const value = (ptsNs: number, value: unknown) => reading({ ptsNs, value });

Deno.test("LookRows makes a row of each record, with its own time", () => {
  const rows = new LookRows();
  const payload = new Uint8Array(16);
  new Float32Array(payload.buffer, 0, 2).set([1.5, 2.5]);
  new Int32Array(payload.buffer, 8, 2).set([7, 8]);
  rows.take(reading({ ptsNs: 1e9, durationNs: 1e9, batchSize: 2, fields: { x: "f32", n: "i32" } }, payload));
  deepEqual(rows.fields, ["x", "n"]);
  deepEqual(cells(rows), [["2.5", "8"], ["1.5", "7"]]);
  deepEqual(rows.rows.map(({ ptsNs }) => ptsNs), [1.5e9, 1e9]);
  deepEqual(rows.plotOf("n"), [[-0.5, 0], [7, 8]]);
});

Deno.test("LookRows names the fields of values by their paths, and plots those that have numbers", () => {
  const rows = new LookRows();
  rows.take(value(0, { ptsNs: 5, name: "a", level: { peakDb: [-6, null] }, bins: Array(2_048).fill(0) }));
  rows.take(value(1e9, { ptsNs: 6, level: { peakDb: [-7] }, more: true }));
  deepEqual(rows.fields, ["name", "level.peakDb[0]", "level.peakDb[1]", "bins", "more", "ptsNs"]);
  deepEqual(rows.numeric, ["level.peakDb[0]", "ptsNs"]);
  deepEqual(cells(rows), [["", "-7", "", "", "true", "6"], ["a", "-6", "–", "2048 elements", "", "5"]]);
  deepEqual(rows.plotOf("level.peakDb[0]"), [[-1, 0], [-6, -7]]);
  deepEqual(rows.plotOf("level.peakDb[1]"), [[-1, 0], [null, null]]);
});

Deno.test("LookRows has one field for a value that is no object, and tells bytes of encoded frames", () => {
  const rows = new LookRows();
  rows.take(value(0, 42));
  rows.take(reading({ ptsNs: 1, tooLong: 2_000_000 }));
  rows.take(reading({ ptsNs: 2, codec: "h264", keyframe: true }, new Uint8Array(99)));
  deepEqual(rows.fields, ["value", "characters", "codec", "bytes", "key frame"]);
  deepEqual(rows.rows.map(({ values }) => [...values.values()]), [["h264", 99, true], [2_000_000], [42]]);
});

Deno.test("LookRows keeps eight rows, 24 fields and 30 seconds, and begins anew where time goes back", () => {
  const rows = new LookRows();
  for (let second = 0; second < 100; second++) rows.take(value(second * 1e9, { second }));
  deepEqual(rows.rows.map(({ values }) => values.get("second")), [99, 98, 97, 96, 95, 94, 93, 92]);
  equal(rows.plotOf("second")[0].length, 31);
  for (let k = 0; k < 1_000; k++) rows.take(value(99e9 + k, { second: k }));
  equal(rows.plotOf("second")[0].length, 31, "no point within 10 ms of the one before");
  rows.take(value(0, { second: 0 }));
  deepEqual(rows.plotOf("second"), [[0], [0]]);
  rows.take(value(1e9, Object.fromEntries(Array.from({ length: 99 }, (_, k) => [`field${k}`, k]))));
  equal(rows.fields.length, 24);
});

Deno.test("cellText() shortens numbers and texts, and shows what has no picture as an escape", () => {
  equal(cellText(1 / 3), "0.333333");
  equal(cellText(-12_345_678), "-12345678");
  equal(cellText("a\u202eb"), "a\\u{202e}b");
  equal(cellText("x".repeat(99)), `${"x".repeat(60)}…`);
});
