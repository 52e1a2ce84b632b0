/** Files whose headers would keep a reader busy without end, or fill the memory: one number of each is wrong. */
import assert from "node:assert/strict";
import { FOLDER, input, mp4, play } from "./fixtures/media_files.ts";
import { readMediaInfo } from "./media_info.ts";

/** A copy of a file that is changed in one place. */
function changed(path: string, change: (bytes: Uint8Array, view: DataView) => void): string {
  const bytes = Deno.readFileSync(path);
  change(bytes, new DataView(bytes.buffer));
  const copy = `${FOLDER}/endless-${path.slice(path.lastIndexOf("/") + 1)}`;
  Deno.writeFileSync(copy, bytes);
  return copy;
}

/** Where the last box of a type has its content. */
function lastBox(bytes: Uint8Array, type: string): number {
  const codes = new TextEncoder().encode(type);
  const found = bytes.findLastIndex((_, at) => codes.every((code, k) => bytes[at + k] === code));
  assert.ok(found > 0);
  return found + 4;
}

Deno.test("MediaFile refuses MP4 of sound whose times are of 268 million packets that are not there", async () => {
  const path = changed(mp4(), (bytes, view) => view.setUint32(lastBox(bytes, "stts") + 8, 2 ** 28));
  await assert.rejects(readMediaInfo(path), {
    code: "InvalidMedia",
    message: /"stbl" claims 2684354\d\d samples, and the file has room for \d+; /,
  });
});

Deno.test("MediaFile refuses MP4 whose index tells of chunks that have no place", async () => {
  const path = changed(mp4(), (bytes, view) => view.setUint32(lastBox(bytes, "stsc") + 8, 2 ** 28));
  await assert.rejects(readMediaInfo(path), {
    code: "InvalidMedia",
    message: /"stbl" tells of chunk 268435456 of \d+; /,
  });
});

Deno.test("MediaFile plays AAC whose first frame says that it has no bytes from the next one on", async () => {
  const whole = input("whole.aac", "-c:a", "aac");
  const path = changed(whole, (bytes) => bytes.fill(0, 4, 6));
  assert.match((await readMediaInfo(path)).damage!, /^\d+ bytes at byte 0$/);
  const [found, wanted] = await Promise.all([path, whole].map((file) => play({ path: file }, "audio_0")));
  assert.deepEqual(found.audio_0.map(({ bytes }) => bytes), wanted.audio_0.slice(1).map(({ bytes }) => bytes));
});

Deno.test("MediaFile leaves out tags of MP3 that have a part longer than they, and plays the sound", async () => {
  const whole = input("whole.mp3", "-c:a", "libmp3lame");
  const tagBytes = 10 + Deno.readFileSync(whole)[9];
  const path = changed(whole, (bytes) => {
    // Bytes of 0 behind those of 255 are to be taken out.
    bytes[5] |= 0x80;
    bytes.fill(0x7f, 14, 18);
  });
  const { damage, tags } = await readMediaInfo(path);
  assert.deepEqual([damage, tags], [`${tagBytes} bytes at byte 0`, {}]);
  const [found, wanted] = await Promise.all([path, whole].map((file) => play({ path: file }, "audio_0")));
  assert.deepEqual(found.audio_0.map(({ bytes }) => bytes), wanted.audio_0.map(({ bytes }) => bytes));
});
