import { deepEqual } from "node:assert/strict";
import { idsLike, meantId } from "./unknown_type.ts";

const IDS = ["gain", "image-sink", "com.a.gain", "org.example.codecs.h264-encode", "org.example.video.convert"];

Deno.test("meantId() gives the id that ends in a name, is spelt much like it, or begins with it", () => {
  const meant = (...names: string[]) => names.map((name) => meantId(name, IDS));
  deepEqual(meant("h264-encode", "codecs.h264-encode", "video-convert"), [IDS[3], IDS[3], IDS[4]]);
  deepEqual(meant("gian", "h264-encdoe", "imgae-sink"), ["gain", IDS[3], "image-sink"]);
  deepEqual(meant("h264enc", "imagesink"), [IDS[3], "image-sink"]);
  deepEqual(meant("wobble", "co", ""), [undefined, undefined, undefined]);
});

Deno.test("idsLike() lists ids with a word of a name, those with most of them first", () => {
  deepEqual(idsLike("video-encode", IDS), [IDS[3], IDS[4]]);
  deepEqual(idsLike("image-convert-video", IDS), [IDS[4], "image-sink"]);
  deepEqual(idsLike("x", IDS), []);
});
