/** A script feeds and reads graphs of pictures, encoded frames and batches of records. */
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { planesOf } from "../core/frames/video_frame.ts";
import { Runtime } from "../core/runtime.ts";
import { appSink, appSource, nodes, type PixelFormat } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

/** The byte at a place of a picture. */
function pattern(picture: number, plane: number, row: number, at: number): number {
  return (picture * 97 + plane * 53 + row * 31 + at * 7) & 0xff;
}

/** The planes of a picture, whose rows are `padding` bytes further apart than they are long. */
function draw(pixelFormat: PixelFormat, width: number, height: number, picture: number, padding: number) {
  const layout = planesOf(pixelFormat, width, height);
  const strides = layout.map(({ rowBytes }) => rowBytes + padding);
  const planes = layout.map(({ rowBytes, rows }, plane) => {
    // No padding after the last row.
    const bytes = new Uint8Array(strides[plane] * (rows - 1) + rowBytes).fill(0xee);
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < rowBytes; at++) bytes[row * strides[plane] + at] = pattern(picture, plane, row, at);
    }
    return bytes;
  });
  return padding === 0 ? { planes } : { planes, strides };
}

/** Bytes of a frame that are not those of the pattern. */
function countWrong(frame: { planes: readonly { rowBytes: number; rows: number }[] } & PlaneSource, picture: number) {
  let wrong = 0;
  for (const [plane, { rowBytes, rows }] of frame.planes.entries()) {
    const bytes = frame.plane(plane);
    const stride = frame.stride(plane);
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < rowBytes; at++) {
        if (bytes[row * stride + at] !== pattern(picture, plane, row, at)) wrong++;
      }
    }
  }
  return wrong;
}

interface PlaneSource {
  plane(index: number): Uint8Array;
  stride(index: number): number;
}

for (const [pixelFormat, padding] of [["rgba8", 0], ["bgra8", 5], ["nv12", 0], ["i420", 3]] as const) {
  eachDriver(
    `appSource.video() carries ${pixelFormat} with ${padding} bytes of padding byte for byte`,
    async (native) => {
      const count = 6;
      const options = { pixelFormat, width: 37, height: 13, frameRate: 25 };
      await using runtime = new Runtime({ mode: "offline", native });
      const source = runtime.add(appSource.video(options));
      const pass = runtime.add(nodes.delay({ delayFrames: 0 }));
      const sink = runtime.add(appSink.video());
      runtime.connect(source.outputs.video, pass.inputs.frameIn);
      runtime.connect(pass.outputs.frameOut, sink.inputs.video);
      await runtime.start();
      const feeding = (async () => {
        for (let k = 0; k < count; k++) {
          const discontinuity = k === 3;
          await source.push({ ...draw(pixelFormat, 37, 13, k, padding), ...(discontinuity && { discontinuity }) });
        }
        source.end();
      })();
      const seen: unknown[] = [];
      for await (const frame of sink) {
        equal(countWrong(frame, seen.length), 0, `picture ${seen.length}`);
        seen.push([frame.format, frame.ptsNs, frame.durationNs, frame.discontinuity]);
      }
      await feeding;
      const format = { kind: "video", pixelFormat, width: 37, height: 13 };
      deepEqual(seen, Array.from({ length: count }, (_, k) => [format, k * 40e6, 40e6, k === 3]));
      const summary = await runtime.finished;
      equal(summary.outcome, "completed");
      for (const pool of summary.pools) equal(pool.free, pool.slots);
    },
  );
}

eachDriver("appSource.video() carries 1080p, and waits while the link is full", async (native) => {
  const [width, height] = [1920, 1080];
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width, height }));
  const sink = runtime.add(appSink.video());
  runtime.connect(source.outputs.video, sink.inputs.video, { capacity: 1 });
  await runtime.start();
  let admitted = 0;
  const pushes = [0, 1, 2].map(async (k) => {
    await source.push({ ...draw("rgba8", width, height, k, 0), ptsNs: k });
    admitted++;
  });
  source.end();
  const frames = sink[Symbol.asyncIterator]();
  const first = await frames.next();
  equal(countWrong(first.value, 0), 0);
  // One is in the script's hands and one fits the link.
  while (admitted < 2) await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setTimeout(resolve, 5));
  equal(admitted, 2);
  const rest: number[] = [];
  for await (const frame of frames) {
    equal(frame.stride(0), 7680);
    rest.push(frame.ptsNs, countWrong(frame, frame.ptsNs));
  }
  deepEqual(rest, [1, 0, 2, 0]);
  await Promise.all(pushes);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("appSource.video() refuses pictures that do not fit, and the graph goes on", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.video({ pixelFormat: "nv12", width: 4, height: 4 }));
  const sink = runtime.add(appSink.video());
  runtime.connect(source.outputs.video, sink.inputs.video);
  await runtime.start();
  const [luma, chroma] = [new Uint8Array(16), new Uint8Array(8)];
  await rejects(source.push({ planes: [luma] }), {
    message: "Cannot push a picture of 1 planes: nv12 has 2 planes",
  });
  await rejects(source.push({ planes: [luma, chroma], strides: [4] }), {
    message: "Cannot push a picture of 1 strides: nv12 has 2 planes",
  });
  await rejects(source.push({ planes: [luma, new Uint8Array(7)] }), {
    message: "Cannot push a picture: plane 1 has 7 bytes, wanted at least 8 for 2 rows of 4 bytes, 4 apart",
  });
  await rejects(source.push({ planes: [luma, chroma], strides: [3, 4] }), {
    message: "Cannot push a picture: the stride of plane 0 is 3, wanted at least 4, the bytes of a row",
  });
  void source.push({ planes: [luma.fill(9), chroma] });
  source.end();
  const seen: number[] = [];
  for await (const frame of sink) seen.push(frame.plane(0)[3]);
  deepEqual(seen, [9]);
  throws(() => appSource.video({ pixelFormat: "nv12", width: 0, height: 4 }), {
    name: "RangeError",
    message: "Cannot acquire a video frame: width is 0, wanted a whole number from 1 to 32768",
  });
});

eachDriver("a picture larger than a slot names the setting, and leaves the graph going", async (native) => {
  const pools = { video: { slotBytes: 64, slots: 40 } };
  await using runtime = new Runtime({ mode: "offline", native, pools });
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 16, height: 2 }));
  const sink = runtime.add(appSink.video());
  runtime.connect(source.outputs.video, sink.inputs.video);
  await runtime.start();
  await rejects(source.push({ planes: [new Uint8Array(128)] }), {
    message: 'Cannot put a rgba8 frame of 16 × 2 pixels into a frame (128 bytes): a slot of pool "video" has 64; ' +
      "write less at once, or set pools.video.slotBytes",
  });
  source.end();
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("appSource.encoded() carries bytes, key flags and both times through a worker lane", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.encoded({ codec: "h264", width: 640, height: 360 }));
  const pass = runtime.add(nodes.delay({ delayFrames: 0 }));
  const sink = runtime.add(appSink.encoded());
  runtime.connect(source.outputs.encoded, pass.inputs.frameIn);
  runtime.connect(pass.outputs.frameOut, sink.inputs.encoded);
  await runtime.start();
  // Lengths differ, down to none at all.
  const units = Array.from({ length: 9 }, (_, k) => Uint8Array.from({ length: k * 41 }, (_, n) => (k * 13 + n) & 0xff));
  const feeding = (async () => {
    for (const [k, bytes] of units.entries()) {
      await source.push({ bytes, keyframe: k % 4 === 0, ptsNs: k * 10 + 5, dtsNs: k * 10, durationNs: 10 });
    }
    source.end();
  })();
  const seen: unknown[] = [];
  for await (const frame of sink) {
    seen.push([[...frame.bytes], frame.keyframe, frame.ptsNs, frame.dtsNs, frame.durationNs, frame.format]);
  }
  await feeding;
  const format = { kind: "encoded", codec: "h264", width: 640, height: 360 };
  deepEqual(seen, units.map((bytes, k) => [[...bytes], k % 4 === 0, k * 10 + 5, k * 10, 10, format]));
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("appSource.encoded() follows durations, and every Opus packet is a key frame", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.encoded({ codec: "opus", sampleRateHz: 48_000, channels: 2 }));
  const sink = runtime.add(appSink.encoded());
  runtime.connect(source.outputs.encoded, sink.inputs.encoded);
  await runtime.start();
  const units = ReadableStream.from([1, 2, 3].map((k) => ({ bytes: Uint8Array.of(k), durationNs: 20e6 })));
  const piped = units.pipeTo(source.writable);
  const seen: unknown[] = [];
  await sink.readable.pipeTo(
    new WritableStream({
      write: (frame) => void seen.push([frame.bytes[0], frame.keyframe, frame.ptsNs / 1e6, frame.dtsNs / 1e6]),
    }),
  );
  await piped;
  deepEqual(seen, [[1, true, 0, 0], [2, true, 20, 20], [3, true, 40, 40]]);
});

eachDriver("an encoded sink that is too slow gets nothing between a drop and the next key frame", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const source = runtime.add(appSource.encoded({ codec: "vp8" }));
  const sink = runtime.add(appSink.encoded());
  runtime.connect(source.outputs.encoded, sink.inputs.encoded, { policy: "drop-newest", capacity: 2 });
  await runtime.start();
  for (let k = 0; k < 8; k++) await source.push({ bytes: Uint8Array.of(k), keyframe: k % 6 === 0 });
  const frames = sink[Symbol.asyncIterator]();
  equal((await frames.next()).value.bytes[0], 0);
  equal((await frames.next()).value.bytes[0], 1);
  await source.push({ bytes: Uint8Array.of(8), keyframe: false });
  await source.push({ bytes: Uint8Array.of(9), keyframe: true });
  source.end();
  const rest: unknown[] = [];
  for await (const frame of frames) rest.push([frame.bytes[0], frame.discontinuity]);
  deepEqual(rest, [[9, true]]);
});

eachDriver("appSource.packet() carries typed columns of any length", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.packet({ fields: { x: "f32", n: "i32", flag: "u8" } }));
  const pass = runtime.add(nodes.delay({ delayFrames: 0 }));
  const sink = runtime.add(appSink.packet());
  runtime.connect(source.outputs.packet, pass.inputs.frameIn);
  runtime.connect(pass.outputs.frameOut, sink.inputs.packet);
  await runtime.start();
  const feeding = (async () => {
    for (const count of [3, 0, 2]) {
      const columns = {
        x: Float32Array.from({ length: count }, (_, k) => k + 0.5),
        n: Array.from({ length: count }, (_, k) => -k),
        flag: Array.from({ length: count }, () => 1),
      };
      await source.push({ columns, durationNs: count * 1e6 });
    }
    source.end();
  })();
  const seen: unknown[] = [];
  for await (const frame of sink) {
    seen.push([frame.fields, frame.ptsNs / 1e6, [...frame.column("x")], [...frame.column("n")]]);
  }
  await feeding;
  const fields = { x: "f32", n: "i32", flag: "u8" };
  deepEqual(seen, [[fields, 0, [0.5, 1.5, 2.5], [0, -1, -2]], [fields, 3, [], []], [fields, 3, [0.5, 1.5], [0, -1]]]);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("appSource.packet() refuses records that do not fit, and the graph goes on", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.packet({ fields: { x: "f64", y: "f64" } }));
  const sink = runtime.add(appSink.packet<{ x: "f64"; y: "f64" }>());
  runtime.connect(source.outputs.packet, sink.inputs.packet);
  await runtime.start();
  await rejects(source.push({ columns: { x: [1] } as never }), {
    name: "TypeError",
    message: 'Cannot push records without the field "y": their fields are "x", "y"',
  });
  await rejects(source.push({ columns: { x: [1], y: [1], z: [1] } as never }), {
    message: 'Cannot push records with the field "z": their fields are "x", "y"',
  });
  await rejects(source.push({ columns: { x: [1], y: [1, 2] } }), {
    message: 'Cannot push records of which there are 1 of "x" and 2 of "y": wanted as many of each',
  });
  void source.push({ columns: { x: [4], y: [5] } });
  source.end();
  const seen: number[] = [];
  for await (const frame of sink) seen.push(frame.column("x")[0], frame.column("y")[0]);
  deepEqual(seen, [4, 5]);
});

eachDriver("leaving the loop over pictures ends the graph and rejects later pushes", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 2, height: 2 }));
  const sink = runtime.add(appSink.video());
  runtime.connect(source.outputs.video, sink.inputs.video, { capacity: 1 });
  await runtime.start();
  const feed = (async () => {
    for (let k = 0;; k++) await source.push(draw("rgba8", 2, 2, k, 0));
  })();
  let seen = 0;
  for await (const frame of sink) {
    equal(countWrong(frame, seen), 0);
    if (++seen === 3) break;
  }
  await rejects(feed, { code: "Busy" });
  const summary = await runtime.finished;
  equal(summary.outcome, "completed");
  for (const pool of summary.pools) equal(pool.free, pool.slots);
});

eachDriver(
  "cancelling the stream of encoded frames, and failing a source of packets, end their graphs",
  async (native) => {
    await using cancelled = new Runtime({ mode: "offline", native });
    const units = cancelled.add(appSource.encoded({ codec: "aac" }));
    const sink = cancelled.add(appSink.encoded());
    cancelled.connect(units.outputs.encoded, sink.inputs.encoded, { capacity: 1 });
    await cancelled.start();
    void units.push({ bytes: Uint8Array.of(1) }).catch(() => {});
    const reader = sink.readable.getReader();
    equal((await reader.read()).value?.bytes[0], 1);
    await reader.cancel();
    equal((await cancelled.finished).outcome, "completed");
    await rejects(units.push({ bytes: Uint8Array.of(2) }), { code: "Busy" });

    await using failed = new Runtime({ mode: "offline", native });
    const records = failed.add(appSource.packet({ fields: { x: "f32" } }));
    const read = failed.add(appSink.packet<{ x: "f32" }>());
    failed.connect(records.outputs.packet, read.inputs.packet);
    await failed.start();
    records.abort(new Error("the sensor fell off"));
    await rejects(async () => {
      for await (const _ of read);
    }, (error: Error) => {
      match(error.message, /the sensor fell off/);
      return true;
    });
    await rejects(failed.finished, /the sensor fell off/);
  },
);
