import { deepEqual } from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import type { FormatAccepts, FormatField, FrameKind } from "../frames/format.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { type ConvertedOutput, planConversion } from "./conversion.ts";

const NUMBER = { type: "integer", minimum: 1 } as const;

/** A converter whose keys are the fields that it converts. */
function converter(
  type: string,
  converts: readonly FormatField[],
  [from, to]: readonly [FrameKind, FrameKind],
  { accepts, gives }: { accepts?: FormatAccepts; gives?: FormatAccepts } = {},
): AnyNodeType {
  const properties = Object.fromEntries(converts.filter((each) => each !== "codec").map((field) => [field, NUMBER]));
  return fixture(() => ({ process() {} }), {
    type,
    converts,
    config: { type: "object", properties, required: [], additionalProperties: false },
    ports: [
      port({ name: "in", direction: "input", kind: from, ...(accepts && { accepts }) }),
      port({ name: "out", direction: "output", kind: to, ...(gives && { gives }) }),
    ],
  }) as unknown as AnyNodeType;
}

const AUDIO = ["audio", "audio"] as const;
const VIDEO = ["video", "video"] as const;
const TYPES = [
  converter("rates", ["sampleRateHz"], AUDIO),
  converter("channels", ["channels"], AUDIO),
  converter("colours", ["pixelFormat"], VIDEO),
  converter("sizes", ["width", "height"], VIDEO, { accepts: { pixelFormat: ["rgba8"] } }),
  converter("opus-encode", ["codec"], ["audio", "encoded"], {
    accepts: { sampleRateHz: 48_000 },
    gives: { codec: "opus" },
  }),
  converter("opus-decode", ["codec"], ["encoded", "audio"], { accepts: { codec: "opus" } }),
  converter("h264-encode", ["codec"], ["video", "encoded"], {
    accepts: { pixelFormat: ["nv12", "i420"] },
    gives: { codec: "h264" },
  }),
  converter("h264-decode", ["codec"], ["encoded", "video"], {
    accepts: { codec: "h264" },
    gives: { pixelFormat: "i420" },
  }),
];

/** A decoder of several codecs. */
const ANY = converter("any-decode", ["codec"], ["encoded", "audio"], { accepts: { codec: ["aac", "opus"] } });

/** The converters between an output and an input, in words. */
function way(
  from: Partial<PortDescriptor> & { kind: FrameKind },
  to: Partial<PortDescriptor> & { kind: FrameKind },
  config: Record<string, unknown> = {},
  types: readonly AnyNodeType[] = TYPES,
): string {
  const output = port({ name: "out", direction: "output", ...from });
  const descriptor = { inputs: [], converts: [], config: { properties: {} } } as unknown as NodeDescriptor;
  const input = port({ name: "in", direction: "input", ...to });
  return planConversion({ descriptor, config, port: output }, input, types).map(({ type, config, input, output }) => {
    deepEqual([input, output], ["in", "out"]);
    return [type.descriptor.type, ...Object.entries(config).map(([key, value]) => `${key}=${value}`)].join(" ");
  }).join(" ! ");
}

Deno.test("nothing is put between where an input takes all, or what is known to come", () => {
  deepEqual(way({ kind: "audio" }, { kind: "audio" }), "");
  deepEqual(way({ kind: "audio" }, { kind: "audio", accepts: { channels: [1, 2] } }, { channels: 2 }), "");
  deepEqual(way({ kind: "audio", channels: 2 }, { kind: "audio", accepts: { channels: [1, 2] } }), "");
  deepEqual(
    way({ kind: "video", gives: { pixelFormat: ["nv12"] } }, { kind: "video", accepts: { pixelFormat: "nv12" } }),
    "",
  );
});

Deno.test("each field that is not known to fit gets a converter, to the first value that the input takes", () => {
  const accepts = { sampleRateHz: [48_000, 24_000], channels: 1 };
  deepEqual(way({ kind: "audio" }, { kind: "audio", accepts }), "rates sampleRateHz=48000 ! channels channels=1");
  deepEqual(way({ kind: "audio" }, { kind: "audio", accepts }, { sampleRateHz: 24_000 }), "channels channels=1");
  deepEqual(way({ kind: "audio", channels: 2 }, { kind: "audio", channels: 1 }), "channels channels=1");
});

Deno.test("a converter takes several fields at once, and has its own input converted for", () => {
  const accepts = { width: 640, height: 360, pixelFormat: "nv12" as const };
  deepEqual(
    way({ kind: "video" }, { kind: "video", accepts }, { pixelFormat: "i420", width: 1280, height: 720 }),
    "colours pixelFormat=rgba8 ! sizes width=640 height=360 ! colours pixelFormat=nv12",
  );
});

Deno.test("raw frames are encoded, and encoded ones decoded, with what the codec takes", () => {
  const mp4 = { kind: "encoded" as const, accepts: { codec: ["h264", "opus"] } as FormatAccepts };
  deepEqual(way({ kind: "audio" }, mp4, { sampleRateHz: 44_100 }), "rates sampleRateHz=48000 ! opus-encode");
  deepEqual(way({ kind: "video" }, mp4, { pixelFormat: "i420" }), "h264-encode");
  deepEqual(way({ kind: "encoded", gives: { codec: "h264" } }, { kind: "video" }), "h264-decode");
  const mono = { kind: "audio" as const, accepts: { channels: 1 } };
  deepEqual(way({ kind: "encoded", gives: { codec: "opus" } }, mono), "opus-decode ! channels channels=1");
});

Deno.test("the codec that an input names first is taken, also where another one is nearer", () => {
  const flac = converter("flac-encode", ["codec"], ["audio", "encoded"], { gives: { codec: "flac" } });
  const takes = (...codec: ("opus" | "flac")[]) => ({ kind: "encoded" as const, accepts: { codec } });
  const types = [flac, ...TYPES];
  deepEqual(way({ kind: "audio" }, takes("opus", "flac"), {}, types), "rates sampleRateHz=48000 ! opus-encode");
  deepEqual(way({ kind: "audio" }, takes("flac", "opus"), {}, types), "flac-encode");
});

Deno.test("what a decoder is known to give is not converted again", () => {
  const h264 = { kind: "encoded" as const, gives: { codec: "h264" } as FormatAccepts };
  deepEqual(way(h264, { kind: "video", accepts: { pixelFormat: ["nv12", "i420"] } }), "h264-decode");
  deepEqual(
    way(h264, { kind: "video", accepts: { pixelFormat: "rgba8" } }),
    "h264-decode ! colours pixelFormat=rgba8",
  );
});

Deno.test("an output that may give several formats needs a converter unless the input takes them all", () => {
  const gives = { pixelFormat: ["i420", "nv12"] } as FormatAccepts;
  deepEqual(way({ kind: "video", gives }, { kind: "video", accepts: { pixelFormat: ["nv12", "i420"] } }), "");
  deepEqual(
    way({ kind: "video", gives }, { kind: "video", accepts: { pixelFormat: "nv12" } }),
    "colours pixelFormat=nv12",
  );
});

Deno.test("of several codecs that may come, the decoder that takes most is put in; of one, that of this codec", () => {
  const types = [...TYPES, ANY];
  const gives = (...codec: ("aac" | "opus" | "h264" | "vp9")[]) => ({ kind: "encoded" as const, gives: { codec } });
  deepEqual(way(gives("aac", "opus"), { kind: "audio" }, {}, types), "any-decode");
  deepEqual(way(gives("opus"), { kind: "audio" }, {}, [ANY, ...TYPES]), "opus-decode");
  deepEqual(way(gives("aac"), { kind: "audio" }, {}, types), "any-decode");
  deepEqual(way(gives("h264", "vp9"), { kind: "video" }, {}, types), "h264-decode");
  const takes = { kind: "encoded" as const, accepts: { codec: ["opus", "h264"] } as FormatAccepts };
  deepEqual(way(gives("aac", "opus"), takes, {}, types), "");
  deepEqual(way(gives("aac"), takes, {}, types), "any-decode ! rates sampleRateHz=48000 ! opus-encode");
});

Deno.test("what a converter before does not convert stays as it came to it", () => {
  const video = port({ name: "out", direction: "output", kind: "video" });
  const source = { inputs: [], converts: [], config: { properties: {} } } as unknown as NodeDescriptor;
  const before = {
    descriptor: source,
    config: { width: 8 },
    port: { ...video, gives: { pixelFormat: "nv12" as const } },
  };
  const planned = (before?: ConvertedOutput) => {
    const sizes = { descriptor: TYPES[3].descriptor, config: { width: 16 }, port: video, ...(before && { before }) };
    const input = port({ name: "in", direction: "input", kind: "video", accepts: { width: 16, pixelFormat: "nv12" } });
    return planConversion(sizes, input, TYPES).map(({ type }) => type.descriptor.type);
  };
  deepEqual(planned(), ["colours"]);
  deepEqual(planned(before), []);
});

Deno.test("there is no way by codecs that nobody knows, without converters, and for values", () => {
  deepEqual(way({ kind: "encoded" }, { kind: "audio" }), "");
  deepEqual(way({ kind: "encoded", gives: { codec: "vp9" } }, { kind: "video" }), "");
  deepEqual(way({ kind: "data" }, { kind: "audio" }), "");
  deepEqual(way({ kind: "audio" }, { kind: "audio", accepts: { channels: 1 } }, {}, []), "");
  // What can be converted is.
  const accepts = { sampleRateHz: 48_000, channels: 1 };
  deepEqual(way({ kind: "audio" }, { kind: "audio", accepts }, {}, TYPES.slice(0, 1)), "rates sampleRateHz=48000");
});
