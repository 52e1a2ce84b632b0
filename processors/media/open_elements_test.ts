import assert from "node:assert/strict";
import { type EbmlElement, elementsIn, ID } from "./ebml.ts";
import { ffmpeg, FOLDER, probe, recorded } from "./fixtures/media_files.ts";

/** Elements within the list of places (RFC 9559, 5.1.1). */
const [SEEK_ID, SEEK_POSITION] = [0x53ab, 0x53ac];
/** What means nothing (RFC 8794, 11.3.2). */
const VOID = 0xec;

function readerOf(path: string): { readonly size: number; readonly read: (from: number, to: number) => Uint8Array } {
  const bytes = Deno.readFileSync(path);
  return { size: bytes.length, read: (from, to) => bytes.subarray(from, to) };
}

function countPackets(path: string, kind: string): number {
  return probe(path, "packet=pts_time", "-select_streams", kind).length;
}

for (const name of ["open.mkv", "open.webm"]) {
  Deno.test(`markOpen() leaves ${name} of a killed recorder that ffmpeg reads to its end without a complaint`, async () => {
    const { killed, complete } = await recorded(name);
    const { read, size } = readerOf(killed);
    const [, segment] = elementsIn(read, 0, size);
    const parts = [...elementsIn(read, segment.content, size)];
    assert.deepEqual([segment.end, parts[0].id, parts.at(-1)!.id, parts.at(-1)!.end], [
      undefined,
      VOID,
      ID.cluster,
      undefined,
    ]);
    const copy = `${FOLDER}/copy-${name}`;
    ffmpeg("-i", killed, "-map", "0", "-c", "copy", copy);
    assert.deepEqual(probe(killed, "stream=codec_type"), ["video", "audio"]);
    for (const kind of ["v", "a"]) {
      const [found, all] = [countPackets(killed, kind), countPackets(complete, kind)];
      // What waits for the other track is not written yet.
      assert.ok(found > 0.9 * all, `${found} of ${all} packets of ${kind}`);
      assert.equal(countPackets(copy, kind), found);
    }
  });

  Deno.test(`markOpen() lets a complete ${name} have its list of places, and sizes that fit`, async () => {
    const { complete } = await recorded(name);
    ffmpeg("-i", complete, "-f", "null", "-");
    const { read, size } = readerOf(complete);
    const [, segment] = elementsIn(read, 0, size);
    assert.equal(segment.end, size);
    const parts = [...elementsIn(read, segment.content, size)];
    assert.deepEqual([parts[0].id, parts.at(-1)!.end], [ID.seekHead, size]);
    assert.ok(parts.filter(({ id }) => id === ID.cluster).length >= 2);
    const places = [...elementsIn(read, parts[0].content, parts[0].end!)].map((seek) => {
      const inner = [...elementsIn(read, seek.content, seek.end!)];
      const [id, position] = [SEEK_ID, SEEK_POSITION].map((wanted) => numberIn(read, inner, wanted));
      return [id, segment.content + position];
    });
    assert.ok(places.length >= 3);
    for (const [id, start] of places) assert.equal(parts.find((part) => part.start === start)?.id, id);
  });
}

function numberIn(read: (from: number, to: number) => Uint8Array, elements: EbmlElement[], wanted: number): number {
  const { content, end } = elements.find(({ id }) => id === wanted)!;
  return read(content, end!).reduce((value, byte) => value * 256 + byte, 0);
}
