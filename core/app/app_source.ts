/**
 * A source that the script feeds: `await source.push(…)`.
 *
 * @module
 */
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { PacketFrame, PacketNumber } from "../frames/packet_frame.ts";
import type { VideoFrame } from "../frames/video_frame.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import { appNode } from "./app_node.ts";
import {
  type AppAudioBlock,
  type AppAudioOptions,
  type AppEncodedOptions,
  type AppEncodedUnit,
  type AppPacketOptions,
  type AppPicture,
  type AppRecords,
  type AppValue,
  type AppVideoOptions,
  audioItem,
  dataItem,
  encodedItem,
  packetItem,
  portOf,
  type SourceItem,
  videoItem,
} from "./source_items.ts";
import { AppSource, type AppSourceHandle } from "./source_node.ts";

/** Sources for a script to feed. Each call makes one, to be added once. */
export const appSource: {
  /** A source of audio, with the output `audio`. @throws {RangeError} for a rate or channels out of range */
  audio(options: AppAudioOptions): NodeSpec<AppSourceHandle<AppAudioBlock, { audio: AudioFrame }>>;
  /**
   * A source of pictures of one format and size, with the output `video`.
   *
   * @throws {RangeError} for an unknown pixel format, and for sizes or rates out of range
   */
  video(options: AppVideoOptions): NodeSpec<AppSourceHandle<AppPicture, { video: VideoFrame }>>;
  /**
   * A source of encoded frames of one codec, with the output `encoded`.
   *
   * @throws {RangeError} for an unknown codec, and for rates or sizes out of range
   */
  encoded(options: AppEncodedOptions): NodeSpec<AppSourceHandle<AppEncodedUnit, { encoded: EncodedFrame }>>;
  /** A source of batches of records with the fields `T`, with the output `packet`. */
  packet<const T extends { readonly [K in keyof T]: PacketNumber }>(options: AppPacketOptions<T>): NodeSpec<
    AppSourceHandle<AppRecords<T>, { packet: PacketFrame<T> }>
  >;
  /** A source of values of type `T`, with the output `data`. */
  data<T = unknown>(): NodeSpec<AppSourceHandle<AppValue<T>, { data: DataFrame<T> }>>;
} = {
  audio: (options) => source(audioItem(options)),
  video: (options) => source(videoItem(options)),
  encoded: (options) => source(encodedItem(options)),
  packet: (options) => source(packetItem(options)),
  data: <T>() => source(dataItem<T>()),
};

const DESCRIBED = {
  type: "app-source",
  className: "AppSource",
  description: "Gives a graph what the script pushes.",
  mode: "external",
} as const;

function source<I, F extends Frame, O>(item: SourceItem<I, F>): NodeSpec<AppSourceHandle<I, O>> {
  const processor = new AppSource<I, F, O>(item);
  const port = { ...portOf(item.kind), direction: "output" } as const;
  return appNode(DESCRIBED, port, processor, (handle, side) => processor.extend(handle, side));
}
