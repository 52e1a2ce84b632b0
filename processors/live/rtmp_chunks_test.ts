/** Chunks of RTMP, as publishers cut them and as nobody should. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { NetworkFault } from "../network/network_fault.ts";
import { decodeAmf, encodeAmf } from "./amf.ts";
import { FlvTags } from "./flv_tags.ts";
import { bytesOf, chunked, MESSAGE, RtmpChunks, type RtmpMessage } from "./rtmp_chunks.ts";

function take(chunks: RtmpChunks, bytes: Uint8Array, pieceBytes = bytes.length): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    chunks.push(bytes.subarray(at, at + pieceBytes));
    for (let next = chunks.next(); next !== undefined; next = chunks.next()) messages.push(next);
  }
  return messages;
}

const all = () => new RtmpChunks("Cannot receive", () => {});
const body = (length: number) => Uint8Array.from({ length }, (_, k) => k * 7);
const size = (chunkBytes: number) => chunked(MESSAGE.chunkBytes, Uint8Array.from(bytesOf(chunkBytes, 4)));
const join = (...parts: ArrayLike<number>[]) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));

Deno.test("RtmpChunks reads messages in chunks of any size and times of 24 and 32 bits, however they come", () => {
  for (const chunkBytes of [1, 128, 4096]) {
    for (const pieceBytes of [1, 7, 100_000]) {
      const sent = [0, 0xfffffe, 0xffffff, 0xffffffff].flatMap((timestampMs) =>
        [0, 1, 127, 128, 129, 5000].map((length) => ({ type: MESSAGE.video, timestampMs, body: body(length) }))
      );
      const bytes = join(
        size(chunkBytes),
        ...sent.map((each) => chunked(each.type, each.body, { ...each, chunkBytes })),
      );
      deepEqual(take(all(), bytes, pieceBytes), sent);
    }
  }
});

Deno.test("RtmpChunks adds differences of time, repeats headers, and takes streams in turns", () => {
  const [long, short, none] = [[0x44, 0, 0, 10, 0, 0, 1, 9], [0x84, 0, 0, 5], [0xc4]];
  const first = chunked(9, Uint8Array.of(1), { timestampMs: 100 });
  const times = take(all(), join(first, long, [2], short, [3], none, [4])).map(({ timestampMs }) => timestampMs);
  deepEqual(times, [100, 110, 115, 120]);
  const [a, b] = [body(200), body(130).reverse()];
  const [one, other] = [chunked(MESSAGE.video, a), chunked(MESSAGE.command, b)];
  const turns = join(one.subarray(0, 140), other.subarray(0, 140), one.subarray(140), other.subarray(140));
  deepEqual(take(all(), turns).map((message) => message.body), [a, b]);
  // Identifiers of two and three bytes.
  for (const id of [[0, 5], [1, 5, 1]]) equal(take(all(), join(id, first.subarray(1))).length, 1);
});

Deno.test("RtmpChunks gives up a message that is aborted", () => {
  const abort = chunked(MESSAGE.abort, Uint8Array.of(0, 0, 0, 4));
  const bytes = join(chunked(MESSAGE.video, body(200)).subarray(0, 140), abort, chunked(MESSAGE.video, body(3)));
  deepEqual(take(all(), bytes).map((message) => message.body), [body(3)]);
});

Deno.test("RtmpChunks refuses chunks of no bytes, what continues nothing, and too many streams", () => {
  throws(() => take(all(), size(0)), /Cannot receive: what came is no RTMP; let a program publish that speaks it/);
  throws(() => take(all(), Uint8Array.of(0xc4)), NetworkFault);
  const streams = Array.from({ length: 33 }, (_, k) => [3 + k, 0, 0, 0, 0, 0, 1, 9, 0, 0, 0, 0, 1]);
  equal(take(all(), join(...streams.slice(0, 32))).length, 32);
  throws(() => take(all(), join(...streams)), NetworkFault);
});

Deno.test("RtmpChunks asks about a message before its bytes come", () => {
  const asked: number[][] = [];
  const chunks = new RtmpChunks("Cannot receive", (...each) => void asked.push(each));
  take(chunks, chunked(MESSAGE.video, body(70_000)).subarray(0, 12));
  deepEqual(asked, [[9, 70_000]]);
});

Deno.test("RtmpChunks, decodeAmf() and FlvTags bear 2,000 changed beginnings", () => {
  const connect = encodeAmf("connect", 1, { app: "live", tcUrl: "rtmp://host/live", n: 3 });
  const parts = [9, 0, 0, 2, 0, 0, 7, 0, 0, 0, 0, 1, 2, 0, 0, 0, 13];
  const whole = join(
    size(64),
    chunked(MESSAGE.command, connect, { chunkBytes: 64 }),
    chunked(MESSAGE.command, encodeAmf("publish", 3, null, "key", "live"), { chunkBytes: 64 }),
    chunked(MESSAGE.data, encodeAmf("@setDataFrame", "onMetaData", { videocodecid: 7 }), { chunkBytes: 64 }),
    chunked(MESSAGE.aggregate, Uint8Array.from(parts), { chunkBytes: 64, timestampMs: 0x1000000 }),
    chunked(MESSAGE.video, body(300), { chunkBytes: 64 }),
  );
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48271) % 0x7fffffff) % below;
  let [refused, read] = [0, 0];
  for (let k = 0; k < 2000; k++) {
    const bytes = whole.slice(0, 1 + random(whole.length));
    for (let n = random(4); n >= 0; n--) bytes[random(bytes.length)] = random(256);
    const tags = new FlvTags();
    try {
      for (const message of take(all(), bytes, 1 + random(200))) {
        read++;
        decodeAmf(message.body);
        tags.take(message);
      }
    } catch (error) {
      ok(error instanceof NetworkFault, `${error}`);
      refused++;
    }
  }
  ok(refused > 50 && read > 1000, `${refused} refused, ${read} read`);
});

Deno.test("decodeAmf() leaves out what is cut off or too deep", () => {
  const bytes = encodeAmf("connect", 1, { app: "live" });
  deepEqual(decodeAmf(bytes), ["connect", 1, new Map([["app", "live"]])]);
  deepEqual(decodeAmf(bytes.subarray(0, -1)), ["connect", 1]);
  deepEqual(decodeAmf(Uint8Array.from([5, ...Array(1000).fill([10, 0, 0, 0, 1]).flat()])), [null]);
  deepEqual(decodeAmf(Uint8Array.of(10, 255, 255, 255, 255, 5, 5)), []);
  deepEqual(decodeAmf(Uint8Array.of(2, 0, 9, 65)), []);
});

Deno.test("FlvTags writes the tags of an aggregate with their own times", () => {
  const part = (type: number, ms: number) => [type, 0, 0, 1, 0, 0, ms, 0, 0, 0, 0, 1, 0, 0, 0, 12];
  const message = { type: MESSAGE.aggregate, timestampMs: 100, body: Uint8Array.from([...part(9, 7), ...part(8, 9)]) };
  const [header, ...tags] = new FlvTags().take(message);
  deepEqual([...header], [0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0]);
  deepEqual(tags.map((tag) => [...tag]), [part(9, 100), part(8, 102)]);
});
