import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { acquire, bench, freeSlots, linkPlan } from "../../tests/fixtures/slots.ts";
import { FORMAT, KIND, SLOT } from "../../ffi/layout.gen.ts";
import { LocalLink } from "../links/local_link.ts";
import { Ledger } from "../memory/ledger.ts";
import { Pool } from "../memory/pool.ts";
import { createPool } from "../memory/pool_layout.ts";
import type { AudioFrame } from "./audio_frame.ts";
import type { EncodedFrame } from "./encoded_frame.ts";
import { describeFormat, findClash, type PixelFormat } from "./format.ts";
import { frameOf } from "./frame_of.ts";
import { layoutNumber } from "./layout_number.ts";
import type { PacketFrame } from "./packet_frame.ts";
import { planesOf, videoBytes, type VideoFrame } from "./video_frame.ts";

type Motion = { readonly timeNs: "f64"; readonly x: "f32"; readonly id: "u8" };
/** Kind and format of audio, as the header has them. */
const AUDIO_CODE = KIND.audio | (FORMAT.f32Planar << 8);

const MOTION: Motion = { timeNs: "f64", x: "f32", id: "u8" };

Deno.test("planesOf() aligns strides and rounds chroma up", () => {
  deepEqual(planesOf("rgba8", 1920, 1080), [{ offset: 0, stride: 7680, rowBytes: 7680, rows: 1080 }]);
  deepEqual(planesOf("nv12", 5, 3), [
    { offset: 0, stride: 64, rowBytes: 5, rows: 3 },
    { offset: 192, stride: 64, rowBytes: 6, rows: 2 },
  ]);
  deepEqual(planesOf("i420", 129, 1).map(({ stride, rowBytes, rows }) => [stride, rowBytes, rows]), [
    [192, 129, 1],
    [128, 65, 1],
    [128, 65, 1],
  ]);
  equal(videoBytes("rgba8", 1920, 1080), 8_294_400);
});

Deno.test("VideoFrame.plane() gives planes that do not overlap, for any size", () => {
  const { pool } = bench(1, videoBytes("rgba8", 70, 70));
  fc.assert(fc.property(
    fc.constantFrom<PixelFormat>("rgba8", "bgra8", "nv12", "i420"),
    fc.integer({ min: 1, max: 70 }),
    fc.integer({ min: 1, max: 70 }),
    (pixelFormat, width, height) => {
      const frame = acquire<VideoFrame>(pool, "video", { pixelFormat, width, height, frameRate: 50 });
      for (const [at, { rowBytes, rows, stride }] of frame.planes.entries()) {
        equal(frame.plane(at).length, stride * rows);
        equal(stride % 64, 0);
        equal(rowBytes <= stride, true);
        equal(frame.stride(at), stride);
        frame.plane(at).fill(at + 1);
      }
      frame.planes.forEach((_, at) => equal(frame.plane(at).every((byte) => byte === at + 1), true));
      deepEqual(frame.format, { kind: "video", pixelFormat, width, height });
      equal(frame.durationNs, 20_000_000);
      frame.release();
    },
  ));
  equal(freeSlots(pool), 1);
});

Deno.test("VideoFrame.plane() names the planes that there are", () => {
  const { pool } = bench(1);
  const frame = acquire<VideoFrame>(pool, "video", { pixelFormat: "nv12", width: 2, height: 2 });
  throws(() => frame.plane(2), /^RangeError: Cannot take plane 2 of a nv12 frame: it has 2$/);
});

for (
  const [kind, shape, message] of [
    ["video", { pixelFormat: "rgb", width: 1, height: 1 }, /pixel format "rgb"/],
    ["video", { pixelFormat: "rgba8", width: 0, height: 1 }, /width is 0/],
    ["video", { pixelFormat: "rgba8", width: 1, height: 1.5 }, /height is 1.5/],
    ["video", { pixelFormat: "rgba8", width: 64, height: 64 }, /\(16384 bytes\): a slot of pool "test" has 1024/],
    ["encoded", { codec: "mpeg", maxBytes: 1 }, /codec "mpeg"/],
    ["encoded", { maxBytes: 1 }, /codec undefined/],
    ["encoded", { codec: "h264", maxBytes: 1, width: -1 }, /width is -1, wanted a whole number from 1/],
    ["encoded", { codec: "h264", maxBytes: 1, height: 3.5 }, /height is 3.5, wanted a whole number/],
    ["encoded", { codec: "opus", maxBytes: 1, sampleRateHz: 2 ** 33 }, /sampleRateHz is 8589934592, wanted/],
    ["encoded", { codec: "h264", maxBytes: 1025 }, /a slot of pool "test" has 1024/],
    ["encoded", { codec: "h264", maxBytes: -1 }, /-1 bytes/],
    ["packet", { fields: {}, capacity: 1 }, /has no fields/],
    ["packet", { fields: { x: "i64" }, capacity: 1 }, /"x" is "i64"/],
    ["packet", { fields: MOTION, capacity: 1e6 }, /capacity is 1000000/],
    ["packet", { fields: MOTION, capacity: 200 }, /a packet frame of 200 records/],
    ["packet", { fields: MOTION, capacity: 2, batchSize: 3 }, /batchSize is 3/],
  ] as const
) {
  Deno.test(`shape() refuses ${kind} ${JSON.stringify(shape)} and gives the slot back`, () => {
    const { pool } = bench(1);
    throws(() => acquire(pool, kind, shape), message);
    equal(freeSlots(pool), 1);
  });
}

Deno.test("EncodedFrame.bytes is exactly as long as the payload", () => {
  const { pool } = bench(2);
  const frame = acquire<EncodedFrame>(pool, "encoded", { codec: "h264", maxBytes: 500, width: 640, height: 360 });
  equal(frame.bytes.length, 500);
  frame.bytes.set([1, 2, 3]);
  frame.setLength(3);
  frame.ptsNs = 5;
  frame.dtsNs = 2;
  deepEqual([...frame.bytes], [1, 2, 3]);
  equal(frame.keyframe, false);
  frame.keyframe = true;
  equal(describeFormat(frame.format), "encoded h264, 640 × 360");
  throws(() => frame.setLength(1025), RangeError);
  const copy = frame.retain().writable();
  deepEqual([[...copy.bytes], copy.keyframe, copy.ptsNs, copy.dtsNs, copy.codec], [[1, 2, 3], true, 5, 2, "h264"]);
});

for (const flag of ["keyframe", "discontinuity", "gap", "decodeOnly", "linkGap"] as const) {
  Deno.test(`Frame.copyTimes() and writable() take over that ${flag} is set, and nothing else`, () => {
    const { pool } = bench(3);
    const make = () => acquire<EncodedFrame>(pool, "encoded", { codec: "h264", maxBytes: 4 });
    const flagsOf = ({ keyframe, discontinuity, gap, decodeOnly, linkGap }: EncodedFrame) => ({
      keyframe,
      discontinuity,
      gap,
      decodeOnly,
      linkGap,
    });
    const from = make();
    from[flag] = true;
    const before = flagsOf(from);
    const other = make();
    other.keyframe =
      other.discontinuity =
      other.gap =
      other.decodeOnly =
      other.linkGap =
        flag !== "keyframe";
    other.copyTimes(from);
    deepEqual(flagsOf(other), before);
    const copy = from.retain().writable();
    equal(copy === from, false);
    deepEqual(flagsOf(copy), before);
  });
}

for (
  const [kind, shape, durationNs] of [
    ["audio", { sampleRateHz: 8000, channels: 1, sampleCount: 4 }, 500_000],
    ["video", { pixelFormat: "i420", width: 2, height: 2 }, 0],
    ["encoded", { codec: "h264", maxBytes: 4 }, 0],
  ] as const
) {
  Deno.test(`shape() of ${kind} leaves nothing of the frame that had the slot before`, () => {
    const { pool } = bench(1);
    const headerOf = (frame: EncodedFrame) => {
      const { ptsNs, durationNs, ingressNs, sequence, discontinuity, gap } = frame;
      return [ptsNs, durationNs, ingressNs, sequence, discontinuity, gap];
    };
    const make = () => acquire<EncodedFrame>(pool, kind, shape);
    for (let again = 0; again < 3; again++) {
      const frame = make();
      deepEqual(headerOf(frame), [0, durationNs, 0, 0, false, false]);
      frame.ptsNs =
        frame.durationNs =
        frame.ingressNs =
        frame.sequence =
          7 + again;
      frame.discontinuity = frame.gap = true;
      frame.release();
    }
  });
}

Deno.test("a frame that is copied behind a gap on a link tells of it to those who read the copy", () => {
  const { page, pool } = bench(8);
  const [first, second] = [0, 1].map(() => new LocalLink(linkPlan("audio", "roll-off", 1), page));
  for (let k = 0; k < 2; k++) first.write(acquire(pool, "audio", { sampleRateHz: 1, channels: 1, sampleCount: 1 }));
  const read = first.take()!;
  read.owned = 1;
  const copy = read.retain().writable();
  equal(copy === read, false);
  second.write(copy);
  equal(second.take()!.discontinuity, true);
});

for (const codec of ["opus", "aac", "flac", "mp3"] as const) {
  Deno.test(`EncodedFrame of ${codec} is a key frame by default, with channels and rate`, () => {
    const { pool } = bench(1);
    const frame = acquire<EncodedFrame>(pool, "encoded", { codec, maxBytes: 9, channels: 2, sampleRateHz: 48_000 });
    equal(frame.keyframe, true);
    deepEqual(frame.format, { kind: "encoded", codec, channels: 2, sampleRateHz: 48_000 });
  });
}

Deno.test("EncodedFrame of jpeg is a key frame by default, with width and height", () => {
  const { pool } = bench(1);
  const frame = acquire<EncodedFrame>(pool, "encoded", { codec: "jpeg", maxBytes: 9, width: 64, height: 48 });
  equal(frame.keyframe, true);
  deepEqual(frame.format, { kind: "encoded", codec: "jpeg", width: 64, height: 48 });
});

Deno.test("PacketFrame.column() reads in another lane what was written in this one, with batches of any size", () => {
  const { pool } = bench(1, 4096);
  fc.assert(fc.property(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 }), (capacity, wanted) => {
    const frame = acquire<PacketFrame<Motion>>(pool, "packet", { fields: MOTION, capacity });
    equal(frame.batchSize, capacity);
    const batchSize = Math.min(capacity, wanted);
    frame.batchSize = batchSize;
    frame.column("timeNs").forEach((_, at, column) => column[at] = at * 1e9);
    frame.column("x").fill(0.5);
    frame.column("id").fill(7);
    // Without the cached object, this view is like that of another lane.
    pool.views.length = 0;
    const there = frameOf(pool, frame.slot) as PacketFrame<Motion>;
    deepEqual(there.fields, MOTION);
    deepEqual([...there.column("timeNs")], Array.from({ length: batchSize }, (_, at) => at * 1e9));
    deepEqual([there.column("x").length, there.column("id").every((id) => id === 7)], [batchSize, true]);
    throws(() => there.batchSize = capacity + 1, RangeError);
    throws(() => (there as PacketFrame).column("y"), /its fields are "timeNs", "x", "id"/);
    frame.release();
  }));
});

Deno.test("AudioFrame is laid out anew in a slot that another lane has had with another shape", () => {
  const { driver } = bench(1);
  const token = createPool(driver, 1, { name: "test", slotBytes: 1024, slots: 1 });
  const lanes = [0, 1].map((lane) => new Pool(driver, token, lane, new Ledger()));
  const shapes = [[48_000, 2, 8], [48_000, 4, 4], [24_000, 2, 8], [48_000, 1, 16], [48_000, 4, 8]] as const;
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(1), fc.nat(shapes.length - 1), fc.boolean()), { maxLength: 30 }),
    (frames) => {
      for (const [lane, shape, isRead] of frames) {
        const [sampleRateHz, channels, sampleCount] = shapes[shape];
        const frame = acquire<AudioFrame>(lanes[lane], "audio", { sampleRateHz, channels, sampleCount });
        frame.discontinuity = true;
        // As a link does for a lane that receives the frame.
        const read = frameOf(lanes[1 - lane], frame.slot) as AudioFrame;
        if (isRead) read.layout = 0;
        for (const each of isRead ? [frame, read] : [frame]) {
          deepEqual(each.format, { kind: "audio", sampleRateHz, channels });
          equal(each.layoutNumber(), layoutNumber(AUDIO_CODE, channels, sampleRateHz));
          equal(each.sampleCount, sampleCount);
          equal(each.durationNs, Math.round(sampleCount * 1e9 / sampleRateHz));
          equal(each.channel(channels - 1).length, sampleCount);
        }
        frame.release();
        lanes[lane].flushMagazine();
        const next = acquire<AudioFrame>(lanes[lane], "audio", { sampleRateHz, channels, sampleCount });
        equal(next.discontinuity, false);
        next.release();
        lanes[lane].flushMagazine();
      }
    },
  ));
});

Deno.test("frameOf() gives the class of the kind that the slot holds now", () => {
  const { pool } = bench(1);
  const audio = acquire(pool, "audio", { sampleRateHz: 8000, channels: 1, sampleCount: 4 });
  equal(frameOf(pool, 0), audio, "the cached object");
  audio.release();
  acquire(pool, "video", { pixelFormat: "i420", width: 2, height: 2 });
  equal(frameOf(pool, 0).kind, "video");
  pool.u8[pool.slotOffset(0) + 112] = 99;
  throws(() => frameOf(pool, 0), /names no kind of frame \(99\)/);
});

Deno.test("findClash() compares the parts that a format tells", () => {
  const video = { kind: "video", pixelFormat: "nv12", width: 640, height: 360 } as const;
  equal(findClash(video, { pixelFormat: ["nv12", "i420"], frameRate: 30 }), undefined);
  deepEqual(findClash({ ...video, frameRate: 25 }, { frameRate: 30 }), { field: "frameRate", found: 25, wanted: [30] });
  deepEqual(findClash(video, { pixelFormat: "rgba8" }), { field: "pixelFormat", found: "nv12", wanted: ["rgba8"] });
  equal(describeFormat({ ...video, frameRate: 25 }), "video nv12, 640 × 360, 25 frames/s");
});

Deno.test("an audio frame whose header native code has spoiled is refused, and read by nobody", () => {
  for (const [field, value] of [["width", 0x3fff_ffff], ["payloadLength", 0xffff_fff0]] as const) {
    const { pool } = bench(1, 4096);
    const frame = acquire<AudioFrame>(pool, "audio", { sampleRateHz: 48_000, channels: 2, sampleCount: 16 });
    pool.u32[(pool.slotOffset(frame.slot) + SLOT[field]) >> 2] = value;
    throws(() => frame.channel(0), { code: "NodeFailed", message: /its header makes no sense; a native stage has/ });
  }
});
