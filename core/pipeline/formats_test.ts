import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../errors.ts";
import { binaryFormat } from "./binary_format.ts";
import { HEAD_BYTES } from "./binary_layout.ts";
import { jsonFormat } from "./json_format.ts";
import { TransportData, type TransportFormat, type TransportPayload } from "./transport_data.ts";

const RUNS = Deno.env.has("SLUICE_DEEP") ? 20_000 : 200;

const PAYLOADS: readonly TransportPayload[] = [
  {
    kind: "audio",
    sampleRateHz: 48_000,
    channels: [Float32Array.of(0.5, -1, Infinity), Float32Array.of(1, 0, -0)],
    ptsNs: 7,
  },
  { kind: "audio", sampleRateHz: 8000, channels: [new Float32Array(0)], discontinuity: true },
  { kind: "video", pixelFormat: "rgba8", width: 1, height: 2, frameRate: 25, planes: [new Uint8Array(8).fill(3)] },
  { kind: "video", pixelFormat: "rgba8", width: 1, height: 1, pixelAspect: "16:15", planes: [new Uint8Array(4)] },
  { kind: "video", pixelFormat: "nv12", width: 3, height: 1, planes: [new Uint8Array(3), new Uint8Array(4)] },
  { kind: "encoded", codec: "h264", width: 4, height: 2, bytes: Uint8Array.of(1, 2), keyframe: false, dtsNs: -5 },
  { kind: "encoded", codec: "vp9", pixelAspect: "65535:1", bytes: Uint8Array.of(1) },
  {
    kind: "encoded",
    codec: "opus",
    channels: 2,
    sampleRateHz: 48_000,
    gainDb: -1.5,
    bytes: Uint8Array.of(9),
    decodeOnly: true,
  },
  { kind: "packet", columns: { t: Float64Array.of(1, 2), "größe": Uint8Array.of(3, 4), n: Int32Array.of(-1, 1) } },
  { kind: "packet", columns: { x: new Float32Array(0), u: new Uint32Array(0) }, durationNs: 9 },
  { kind: "data", value: { a: [1, 2.5, null, "b"], nested: { deep: true } }, ptsNs: 0 },
  { kind: "text", text: "grüße 🎈" },
  { kind: "bytes", bytes: Uint8Array.of(0, 255) },
  { kind: "end" },
];

const LABELS = [{}, { port: "in" }, { port: "töne", sequence: 2 ** 40, metadata: { a: "", __proto__x: "é" } }];

const FORMATS: readonly (readonly [string, TransportFormat])[] = [["binary", binaryFormat()], ["JSON", jsonFormat()]];

for (const [name, format] of FORMATS) {
  Deno.test(`the ${name} format gives back every kind of item with its labels`, () => {
    for (const payload of PAYLOADS) {
      for (const labels of LABELS) {
        const data = new TransportData(payload, labels);
        deepEqual(format.deserialize(format.serialize(data)), data);
      }
    }
  });

  Deno.test(`the ${name} format copies what it reads`, () => {
    const bytes = format.serialize(new TransportData({ kind: "bytes", bytes: Uint8Array.of(1, 2, 3) }));
    const read = format.deserialize(bytes);
    bytes.fill(0);
    deepEqual(read.payload, { kind: "bytes", bytes: Uint8Array.of(1, 2, 3) });
  });

  Deno.test(`the ${name} format gives an item or a SluiceError for mutated and truncated bytes`, () => {
    const written = PAYLOADS.map((payload) => format.serialize(new TransportData(payload, LABELS[2])));
    const change = fc.record({ at: fc.nat(400), to: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.nat(PAYLOADS.length - 1),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(300)),
        (which, changes, cut) => {
          const bytes = written[which].slice(0, cut ?? undefined);
          for (const { at, to } of changes) if (bytes.length > 0) bytes[at % bytes.length] = to;
          try {
            ok(format.deserialize(bytes) instanceof TransportData);
          } catch (error) {
            ok(error instanceof SluiceError, String(error));
            ok(error.code === "InvalidMessage" || error.code === "LimitExceeded");
          }
        },
      ),
      { numRuns: RUNS, seed: 33 },
    );
  });

  Deno.test(`the ${name} format refuses bytes that are nothing of its own`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        throws(() => format.deserialize(bytes), { name: "SluiceError", code: "InvalidMessage" });
      }),
      { numRuns: RUNS / 4, seed: 33 },
    );
  });

  Deno.test(`the ${name} format refuses an item beyond its limit, in both directions`, () => {
    const data = new TransportData({ kind: "bytes", bytes: new Uint8Array(2000) });
    const small = name === "JSON" ? jsonFormat({ maxBytes: 1000 }) : binaryFormat({ maxBytes: 1000 });
    throws(() => small.serialize(data), { code: "LimitExceeded" });
    throws(() => small.deserialize(format.serialize(data)), { code: "LimitExceeded" });
  });
}

Deno.test("binaryFormat() carries values that JSON lacks", () => {
  const format = binaryFormat();
  const value = { map: new Map([["a", 1n]]), samples: Float32Array.of(1, 2), when: new Date(5), none: undefined };
  deepEqual(format.deserialize(format.serialize(new TransportData({ kind: "data", value }))).payload, {
    kind: "data",
    value,
  });
});

Deno.test("binaryFormat() compares each length of the head with the bytes that are there", () => {
  const format = binaryFormat();
  for (const payload of PAYLOADS) {
    const written = format.serialize(new TransportData(payload, { port: "in" }));
    for (const at of [8, 12, 60, 72, 76, 78, 80]) {
      const bytes = written.slice();
      bytes.fill(0xff, at, at + (at < 76 ? 4 : 2));
      try {
        format.deserialize(bytes);
      } catch (error) {
        equal((error as SluiceError).code, "InvalidMessage");
      }
    }
  }
});

Deno.test("binaryFormat() tells of another version", () => {
  const bytes = binaryFormat().serialize(new TransportData({ kind: "end" }));
  equal(bytes.length, HEAD_BYTES);
  bytes[4] = 2;
  throws(() => binaryFormat().deserialize(bytes), {
    code: "InvalidMessage",
    message: "Cannot read an item: its version is 2, wanted 1",
  });
});

Deno.test("binaryFormat() keeps to its layout", () => {
  const data = new TransportData({ kind: "text", text: "hi", ptsNs: 1 }, { port: "in", sequence: 2 });
  const bytes = binaryFormat().serialize(data);
  const view = new DataView(bytes.buffer);
  equal(new TextDecoder().decode(bytes.subarray(0, 4)), "SLTD");
  deepEqual([bytes[4], bytes[5], view.getUint16(6, true)], [1, 6, 7]);
  deepEqual([view.getUint32(8, true), view.getUint32(12, true)], [106, 104]);
  deepEqual([view.getFloat64(16, true), view.getFloat64(24, true), view.getUint16(78, true)], [2, 1, 2]);
  equal(new TextDecoder().decode(bytes.subarray(96, 98)), "in");
  equal(new TextDecoder().decode(bytes.subarray(104)), "hi");
});

Deno.test("binaryFormat() reads bytes that start anywhere in their memory", () => {
  const bytes = binaryFormat().serialize(new TransportData(PAYLOADS[0]));
  const memory = new Uint8Array(bytes.length + 3);
  memory.set(bytes, 3);
  deepEqual(binaryFormat().deserialize(memory.subarray(3)).payload, PAYLOADS[0]);
});

Deno.test("binaryFormat() refuses values that are too large or do not travel", () => {
  const format = binaryFormat({ maxValueBytes: 5000 });
  throws(() => format.serialize(new TransportData({ kind: "data", value: "x".repeat(6000) })), {
    code: "LimitExceeded",
  });
  throws(() => format.serialize(new TransportData({ kind: "data", value: { f: () => 1 } }, { port: "p" })), {
    code: "InvalidMessage",
    port: "p",
  });
});

Deno.test("jsonFormat() reads lists of numbers, and makes lists of arrays in values", () => {
  const read = (json: unknown) => jsonFormat().deserialize(new TextEncoder().encode(JSON.stringify(json))).payload;
  deepEqual(read({ kind: "audio", sampleRateHz: 8000, channels: [[0, 0.5]] }), {
    kind: "audio",
    sampleRateHz: 8000,
    channels: [Float32Array.of(0, 0.5)],
  });
  deepEqual(read({ kind: "packet", columns: { x: { type: "u8", values: [1, 2] } } }), {
    kind: "packet",
    columns: { x: Uint8Array.of(1, 2) },
  });
  const bytes = jsonFormat().serialize(new TransportData({ kind: "data", value: { v: Float32Array.of(1, 2) } }));
  equal(new TextDecoder().decode(bytes), '{"kind":"data","value":{"v":[1,2]}}');
});

const REFUSED: readonly (readonly [unknown, string])[] = [
  [{ kind: "audio", sampleRateHz: 0, channels: [[]] }, '"sampleRateHz" is 0, wanted a whole number of hertz'],
  [
    { kind: "audio", sampleRateHz: 1, channels: [[1], []] },
    "its channels have 1 and 0 samples, wanted as many in each",
  ],
  [{ kind: "audio", sampleRateHz: 1, channels: ["AA=="] }, "a channel has 1 bytes, wanted a multiple of 4"],
  [
    { kind: "text", txt: "a" },
    'an item of kind "text" has no "txt"; it has "port", "sequence", "metadata", "kind", ' +
    '"ptsNs", "durationNs", "discontinuity" and "text"',
  ],
  [{ kind: "text" }, '"text" is undefined, wanted a string'],
  [
    { kind: "constructor" },
    'its kind is "constructor", wanted one of "audio", "video", "encoded", "packet", "data", ' +
    '"text", "bytes" and "end"',
  ],
  [{ kind: "text", text: "a", port: 5 }, "its port is 5, wanted 1 to 255 bytes of text"],
  [{ kind: "text", text: "a", metadata: 5 }, '"metadata" is a number, wanted an object'],
  [{ kind: "bytes", bytes: "§" }, '"bytes" is no base64'],
  [[], "it is a list, wanted an object"],
];

Deno.test("jsonFormat() says what is wrong with an item", () => {
  for (const [json, fault] of REFUSED) {
    throws(() => jsonFormat().deserialize(new TextEncoder().encode(JSON.stringify(json))), {
      code: "InvalidMessage",
      message: `Cannot read an item: ${fault}`,
    });
  }
});
