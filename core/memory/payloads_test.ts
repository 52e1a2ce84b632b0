/**
 * Payloads that a node takes away by transferring the buffer of a view: they reappear, and the pool's notes survive.
 */
import { deepEqual, equal, notEqual, ok, throws } from "node:assert/strict";
import { acquire, bench, freeSlots } from "../../tests/fixtures/slots.ts";
import { openNativeDriver } from "../driver/native.ts";
import { PortableDriver } from "../driver/portable.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { PacketFrame } from "../frames/packet_frame.ts";
import type { StructMemory, StructType } from "../frames/struct_memory.ts";
import type { VideoFrame } from "../frames/video_frame.ts";

/** A view of one number, as the generator writes it. */
class Reading {
  readonly values: Float64Array;

  constructor(memory: StructMemory, offsetBytes: number) {
    this.values = memory.f64.subarray(offsetBytes / 8, offsetBytes / 8 + 1);
  }

  assign({ values }: { values: ArrayLike<number> }): void {
    this.values.set(values);
  }

  static schema() {
    return { name: "Reading", sizeBytes: 8, alignBytes: 8, fields: [] };
  }
}

/** A frame of each kind, and its payload as a node sees it. */
const KINDS: {
  readonly [kind: string]: (
    make: typeof acquire,
    pool: Parameters<typeof acquire>[0],
  ) => [Frame, () => ArrayBufferView];
} = {
  audio: (make, pool) => {
    const frame = make<AudioFrame>(pool, "audio", { sampleRateHz: 8, channels: 2, sampleCount: 4 });
    return [frame, () => frame.channel(1)];
  },
  video: (make, pool) => {
    const frame = make<VideoFrame>(pool, "video", { pixelFormat: "rgba8", width: 4, height: 2 });
    return [frame, () => frame.plane(0)];
  },
  encoded: (make, pool) => {
    const frame = make<EncodedFrame>(pool, "encoded", { codec: "h264", maxBytes: 16 });
    return [frame, () => frame.bytes];
  },
  packet: (make, pool) => {
    const frame = make<PacketFrame<{ x: "u8" }>>(pool, "packet", { fields: { x: "u8" }, capacity: 16 });
    return [frame, () => frame.column("x")];
  },
  struct: (make, pool) => {
    const frame = make<DataFrame<Reading>>(pool, "data", { value: undefined });
    frame.structType = Reading as unknown as StructType;
    frame.shape({ value: { values: [0] } as unknown as Reading });
    return [frame, () => frame.value.values];
  },
};

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);

for (const [kind, make] of Object.entries(KINDS)) {
  Deno.test({
    name: `native: a ${kind} frame has its payload again after a node has taken it away, and so have all others`,
    ignore: Deno.env.get("SLUICE_NATIVE") === "off",
    fn: () => {
      const { pool, free } = bench(4, 1024, openNativeDriver());
      const [frame, view] = make(acquire, pool);
      const [other, otherView] = make(acquire, pool);
      bytesOf(view()).fill(1);
      bytesOf(otherView()).fill(2);
      equal(view(), view(), "a view is made once");
      equal(pool.payloadsWereTaken(), false);
      const { buffer } = view();
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      ok((buffer as ArrayBuffer).detached);
      // The next access finds the bytes unchanged, and the pool kept its own notes.
      ok(bytesOf(otherView()).length > 0 && bytesOf(otherView()).every((byte) => byte === 2));
      ok(bytesOf(view()).length > 0 && bytesOf(view()).every((byte) => byte === 1));
      notEqual(view().buffer, buffer);
      deepEqual([pool.payloadsWereTaken(), pool.payloadsWereTaken()], [true, false], "said once");
      frame.retain();
      equal(pool.references(frame.slot), 2);
      frame.release();
      frame.release();
      other.release();
      equal(freeSlots(pool), 4);
      free();
    },
  });
}

Deno.test({
  name: "native: Pool.payloadsWereTaken() finds it where nobody has looked since, and after every time",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: () => {
    const { pool, free } = bench(2, 1024, openNativeDriver());
    equal(pool.payloadsWereTaken(), false, "nobody has had them");
    for (let k = 0; k < 3; k++) {
      (pool.payloads as ArrayBuffer).transfer();
      equal(pool.payloadsWereTaken(), true);
      equal(pool.payloads.byteLength, pool.u8.byteLength);
    }
    equal(pool.payloadsWereTaken(), false);
    pool.close();
    equal(pool.payloadsWereTaken(), false);
    free();
  },
});

Deno.test("portable: payloads cannot be taken away", () => {
  const { pool } = bench(2, 1024, new PortableDriver());
  const frame = acquire<AudioFrame>(pool, "audio", { sampleRateHz: 8, channels: 1, sampleCount: 4 });
  const { buffer } = frame.channel(0);
  throws(() => structuredClone(buffer, { transfer: [buffer as unknown as ArrayBuffer] }), { name: "DataCloneError" });
  equal(pool.payloadsWereTaken(), false);
});
