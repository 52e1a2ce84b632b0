import { rejects, throws } from "node:assert/strict";
import { appSource } from "./app_source.ts";
import { audioItem, dataItem, encodedItem, packetItem, videoItem } from "./source_items.ts";

/** Nothing gets as far as the output. */
const NO_OUTPUT = undefined as never;

const ITEMS = {
  audio: audioItem({ sampleRateHz: 48_000, channels: 1 }),
  video: videoItem({ pixelFormat: "rgba8", width: 4, height: 4 }),
  encoded: encodedItem({ codec: "h264" }),
  packet: packetItem({ fields: { x: "f32" } }),
  data: dataItem(),
};

for (
  const [kind, wanted] of [
    ["audio", 'Cannot make an audio source: found undefined, wanted an object with "sampleRateHz" and "channels"'],
    ["video", 'Cannot make a video source: found undefined, wanted an object with "pixelFormat", "width" and "height"'],
    ["encoded", 'Cannot make an encoded source: found undefined, wanted an object with "codec"'],
    ["packet", 'Cannot make a packet source: found undefined, wanted an object with "fields"'],
  ] as const
) {
  Deno.test(`appSource.${kind}() without options says what it wants`, () => {
    throws(() => (appSource[kind] as (options: unknown) => unknown)(undefined), { name: "TypeError", message: wanted });
  });
}

for (
  const [kind, item, wanted] of [
    ["audio", undefined, 'Cannot push a block: found undefined, wanted an object with "channels"'],
    ["audio", {}, 'Cannot push a block: "channels" is undefined, wanted one Float32Array a channel'],
    ["audio", { channels: [3] }, "Cannot push a block: channels[0] is a number, wanted one Float32Array a channel"],
    ["video", {}, 'Cannot push a picture: "planes" is undefined, wanted one Uint8Array a plane'],
    ["encoded", null, 'Cannot push an encoded frame: found null, wanted an object with "bytes"'],
    ["packet", {}, 'Cannot push records of "columns": found undefined, wanted the numbers of each field, by name'],
    ["packet", { columns: { x: 1 } }, 'Cannot push records of field "x": found a number, wanted a list of numbers'],
    ["data", "text", 'Cannot push a value: found a string, wanted an object with "value"'],
  ] as const
) {
  Deno.test(`a source of kind ${kind} refuses ${JSON.stringify(item)} as an item`, async () => {
    const { make } = ITEMS[kind] as { make(output: never, item: unknown): Promise<unknown> };
    await rejects(make(NO_OUTPUT, item), { name: "TypeError", message: wanted });
  });
}
