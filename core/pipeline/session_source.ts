/**
 * The source of a session's input: a node like `appSource`, with the format of its first item. Values have no format.
 *
 * @module
 */
import { appNode } from "../app/app_node.ts";
import type { SourceItem } from "../app/source_item.ts";
import { AppSource, type AppSourceHandle } from "../app/source_node.ts";
import type { FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import { FrameMaker, type FramePayload } from "./frame_maker.ts";
import type { SourcePort } from "./item_check.ts";

/** The class of the frames of each kind. */
export const FRAME_TYPES: { readonly [K in FrameKind]: string } = {
  audio: "AudioFrame",
  video: "VideoFrame",
  encoded: "EncodedFrame",
  packet: "PacketFrame",
  data: "DataFrame",
};

/** Makes a source of checked payloads. */
export function sessionSource({ kind }: SourcePort): NodeSpec<AppSourceHandle<FramePayload, unknown>> {
  const port = { name: kind, kind, type: FRAME_TYPES[kind], ...(kind === "data" && { schema: "unknown" }) };
  const maker = new FrameMaker();
  const item: SourceItem<FramePayload, Frame> = { port, make: (output, payload) => maker.make(output, payload) };
  const processor = new AppSource<FramePayload, Frame, unknown>(item);
  return appNode(
    {
      type: "session-input",
      className: "SessionInput",
      description: "Gives a graph what a client sends.",
      mode: "external",
    },
    { ...port, direction: "output" },
    processor,
    (...args) => processor.extend(...args),
  );
}
