import { deepEqual, equal, throws } from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import type { Codec, FormatAccepts, FormatField, FrameFormat } from "../frames/format.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { assertAccepted } from "../ports/accepted.ts";
import { convertersByField } from "./format_check.ts";

const type = (name: string, converts: readonly FormatField[], ports: ReturnType<typeof port>[]) =>
  fixture(() => ({ process() {} }), { type: name, converts, ports }) as unknown as AnyNodeType;

function decoder(name: string, kind: "audio" | "video", ...codec: Codec[]): AnyNodeType {
  return type(name, ["codec"], [
    port({ name: "in", direction: "input", kind: "encoded", accepts: { codec } }),
    port({ name: "out", direction: "output", kind }),
  ]);
}

function encoder(name: string, kind: "audio" | "video", codec: Codec): AnyNodeType {
  return type(name, ["codec"], [
    port({ name: "in", direction: "input", kind }),
    port({ name: "out", direction: "output", kind: "encoded", gives: { codec } }),
  ]);
}

const LINK = { fromNode: "a", fromPort: "out", toNode: "b", toPort: "in" };
const converters = convertersByField([
  decoder("any-decode", "audio", "aac", "mp3"),
  decoder("aac-decode", "audio", "aac"),
  decoder("h264-decode", "video", "h264"),
  encoder("opus-encode", "audio", "opus"),
  encoder("jpeg-encode", "video", "jpeg"),
  type("colours", ["pixelFormat"], [
    port({ name: "in", direction: "input", kind: "video" }),
    port({ name: "out", direction: "output", kind: "video" }),
  ]),
]);

/** Returns the advice of the error, and the node types that it names. */
function advice(format: FrameFormat, accepts: FormatAccepts): readonly [string | undefined, readonly string[]] {
  let found: readonly [string | undefined, readonly string[]] | undefined;
  throws(() => assertAccepted(format, accepts, LINK, (key) => converters[key] ?? []), (error) => {
    const { message, available } = error as { message: string; available: readonly string[] };
    found = [/; (.*)$/.exec(message)?.[1], available];
    return message.startsWith('Cannot send "a.out" to "b.in": it carries ');
  });
  return found!;
}

const AUTO = ', or have convert: "auto" do so (--convert auto)';

Deno.test("a clash of codecs names the decoder and the encoder of these codecs, and no other", () => {
  const encoded = (codec: Codec) => ({ kind: "encoded", codec }) as const;
  deepEqual(advice(encoded("h264"), { codec: ["vp8", "jpeg"] }), [
    `put "h264-decode" and "jpeg-encode" nodes between them${AUTO}`,
    ["h264-decode", "jpeg-encode"],
  ]);
  deepEqual(advice(encoded("aac"), { codec: "opus" })[1], ["aac-decode", "opus-encode"]);
  deepEqual(advice(encoded("mp3"), { codec: "opus" })[1], ["any-decode", "opus-encode"]);
});

Deno.test("a clash of codecs that nothing converts names no node type", () => {
  const encoded = (codec: Codec) => ({ kind: "encoded", codec }) as const;
  deepEqual(advice(encoded("hevc"), { codec: "h264" }), [undefined, []]);
  deepEqual(advice(encoded("h264"), { codec: "opus" }), [undefined, []]);
});

Deno.test("a clash of another field names what converts it", () => {
  const format = { kind: "video", pixelFormat: "rgba8", width: 2, height: 2 } as const;
  const [text] = advice(format, { pixelFormat: "i420" });
  equal(text, `put a "colours" node between them${AUTO}`);
});
