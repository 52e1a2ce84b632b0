import assert from "node:assert/strict";
import { ByteQueue } from "./byte_queue.ts";
import { ffmpeg } from "./fixtures/media_files.ts";
import { RawMatroska } from "./raw_matroska.ts";

const RAW = ffmpeg(
  ...["-f", "lavfi", "-i", "testsrc=size=16x16:rate=10:duration=1", "-f", "lavfi", "-i", "sine=duration=1"],
  ...["-c:v", "rawvideo", "-pix_fmt", "yuv420p", "-c:a", "pcm_f32le", "-f", "matroska", "-"],
);

/** What is read of bytes that come in pieces: the number of blocks, and what was wrong. */
async function read(bytes: Uint8Array<ArrayBuffer>, pieceBytes = bytes.length) {
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / pieceBytes) },
    (_, k) => bytes.subarray(k * pieceBytes, (k + 1) * pieceBytes),
  );
  const queue = new ByteQueue(ReadableStream.from(pieces));
  const reader = new RawMatroska(queue);
  let [blocks, wrong] = [0, ""];
  try {
    for (;;) {
      const { changed, ended } = queue;
      if (reader.next() !== undefined) blocks++;
      else if (ended) break;
      else await changed;
    }
  } catch (error) {
    wrong = (error as Error).message;
  }
  await queue.cancel();
  return { blocks, wrong, tracks: reader.tracks };
}

Deno.test("RawMatroska reads streams and blocks in pieces of any size, up to where they are cut off", async () => {
  const { blocks, wrong, tracks } = await read(RAW);
  assert.equal(wrong, "");
  assert.deepEqual(tracks?.map(({ width, sampleRateHz }) => [width, sampleRateHz]), [[16, undefined], [
    undefined,
    44_100,
  ]]);
  assert.equal((await read(RAW, 997)).blocks, blocks);
  const cut = await read(RAW.subarray(0, RAW.length >> 1));
  assert.ok(cut.wrong === "" && cut.blocks > 0 && cut.blocks < blocks);
});

Deno.test("RawMatroska refuses what is none, and lengths beyond all bounds", async () => {
  assert.match((await read(new Uint8Array(100))).wrong, /no Matroska/);
  const huge = Uint8Array.from([0xec, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
  huge[1] = 0x01;
  assert.match((await read(huge)).wrong, /an element has \d+ bytes/);
  for (let k = 0; k < 200; k++) {
    const bytes = RAW.slice();
    for (let n = 0; n < 5; n++) bytes[(k * 7919 + n * 104_729) % bytes.length] ^= 1 << (k + n) % 8;
    // Whatever it makes of them, it ends.
    await read(bytes, 65_536);
  }
});
