import assert from "node:assert/strict";
import { type EbmlElement, elementsIn, ID } from "./ebml.ts";
import { ffmpeg, FOLDER, probe, recorded } from "./fixtures/media_files.ts";
import { OpenElements } from "./open_elements.ts";

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
  Deno.test(`OpenElements leaves ${name} of a killed recorder that ffmpeg reads to its end without a complaint`, async () => {
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

  Deno.test(`OpenElements lets a complete ${name} have its list of places, and sizes that fit`, async () => {
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

/** An element with an id of so many bytes, and a length of so many. */
function element(id: number, lengthBytes: number, content: readonly number[], length = content.length): number[] {
  const idBytes = Array.from(
    { length: id > 0xffff ? 4 : 1 },
    (_, k, count = id > 0xffff ? 4 : 1) => id / 256 ** (count - 1 - k) & 255,
  );
  const lengthOf = Array.from({ length: lengthBytes }, (_, k) => length / 256 ** (lengthBytes - 1 - k) & 255);
  lengthOf[0] |= 0x80 >> (lengthBytes - 1);
  return [...idBytes, ...lengthOf, ...content];
}

const [TIME, BLOCK, INFO] = [element(0xe7, 1, [5]), element(0xa3, 1, [1, 2, 3]), element(0x1549a966, 1, [9])];

Deno.test("OpenElements marks what is not complete in the part that it begins in, and nothing that is written anew", () => {
  const list = element(ID.seekHead, 4, [0, 0]);
  const head = element(ID.header, 1, []);
  const segment = element(ID.segment, 6, [...list, ...INFO]);
  const complete = element(ID.cluster, 5, [...TIME, ...BLOCK]);
  const open = element(ID.cluster, 5, TIME);
  const file = Uint8Array.from([...head, ...segment, ...complete, ...open, ...BLOCK]);
  const before = [...file];
  const elements = new OpenElements();
  elements.mark(file, 0);
  const changed = [...file].flatMap((byte, at) => byte === before[at] ? [] : [at]);
  const segmentAt = head.length;
  const [listAt, openAt] = [segmentAt + 10, head.length + segment.length + complete.length];
  assert.ok(
    changed.every((at) =>
      (at >= segmentAt + 4 && at < segmentAt + 10) || (at >= listAt && at < listAt + 5) ||
      (at >= openAt + 4 && at < openAt + 9)
    ),
    changed.join(),
  );
  assert.deepEqual([file[segmentAt + 4], file[listAt], file[openAt + 4]], [0x07, VOID, 0x0f]);
  // The next part begins with a block, and the cluster of the part before gets its length.
  const next = Uint8Array.from([...BLOCK, ...open, ...BLOCK]);
  elements.mark(next, file.length);
  assert.equal(next[BLOCK.length + 4], 0x0f);
  const anew = Uint8Array.from(open.slice(4, 9));
  elements.mark(anew, openAt + 4);
  assert.deepEqual([...anew], open.slice(4, 9));
});

Deno.test("OpenElements leaves a file that is complete in one part as it is", () => {
  const cluster = element(ID.cluster, 5, [...TIME, ...BLOCK]);
  const segment = element(ID.segment, 6, [...element(ID.seekHead, 4, [7, 7]), ...INFO, ...cluster]);
  const file = Uint8Array.from([...element(ID.header, 1, []), ...segment]);
  const before = [...file];
  new OpenElements().mark(file, 0);
  assert.deepEqual([...file], before);
});
