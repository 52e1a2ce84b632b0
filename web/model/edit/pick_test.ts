import assert from "node:assert/strict";
import { pickItems } from "./pick.ts";

const ITEMS = [
  { key: "a", title: "wav-source", detail: "Reads a file.", group: "file" },
  { key: "b", title: "gain", detail: "Makes audio louder.", group: "audio", words: "volume" },
  { key: "c", title: "spectrum", detail: "Shows what a gain does.", group: "audio" },
];

Deno.test("pickItems() finds words in titles, lines and further words, best titles first, groups together", () => {
  assert.deepEqual(pickItems(ITEMS, "gain").map(({ key }) => key), ["b", "c"]);
  assert.deepEqual(pickItems(ITEMS, "AUDIO volume").map(({ key }) => key), ["b"]);
  assert.deepEqual(pickItems(ITEMS, " ").map(({ key }) => key), ["a", "b", "c"]);
  assert.deepEqual(pickItems(ITEMS, "nothing"), []);
});
