/**
 * What a sink of packets makes of frames: packets that are no longer than they may be.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import { PacketFrame } from "../../core/frames/packet_frame.ts";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { payloadOf } from "../../core/app/payload_frames.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { batchAsJson } from "../data/batch_message.ts";
import { PcmBlock } from "../file/pcm.ts";

/** Bytes of an item beside its samples, at most. */
const ITEM_HEAD_BYTES = 128;

/** How packets are written. */
export interface PacketOptions {
  readonly format: "plain" | "items";
  readonly audioFormat: "s16" | "s24" | "s32" | "f32";
  readonly maxPacketBytes: number;
}

/** Writes packets of one format. */
export class PacketWriter {
  readonly #options: PacketOptions;
  readonly #items = binaryFormat();
  #block: PcmBlock | undefined;

  constructor(options: PacketOptions) {
    this.#options = options;
  }

  /**
   * The packets of a frame.
   *
   * @throws {SluiceError} `LimitExceeded` for a frame that does not fit, `InvalidMessage` for a value that has no JSON
   */
  *packetsOf(frame: AudioFrame | PacketFrame | DataFrame<unknown>): Generator<Uint8Array> {
    const isItem = this.#options.format === "items";
    if (frame instanceof AudioFrame) yield* isItem ? this.#soundItems(frame) : this.#samples(frame);
    else if (isItem) yield this.#fitting(this.#items.serialize(new TransportData(payloadOf(frame))), frame);
    else yield this.#fitting(plainBytes(frame), frame);
  }

  *#samples(frame: AudioFrame): Generator<Uint8Array> {
    const { channels, sampleCount } = frame;
    if (this.#block?.channels !== channels) {
      this.#block = new PcmBlock(this.#options.audioFormat, channels, sampleCount);
    }
    const block = this.#block;
    block.reserve(sampleCount);
    for (let channel = 0; channel < channels; channel++) block.encode(channel, frame.channel(channel));
    const most = this.#mostSamples(block.bytesPerFrame, 0);
    for (let from = 0; from < sampleCount; from += most) {
      yield block.bytes(Math.min(most, sampleCount - from), from).slice();
    }
  }

  *#soundItems(frame: AudioFrame): Generator<Uint8Array> {
    const { channels, sampleCount, sampleRateHz, ptsNs, discontinuity } = frame;
    const most = this.#mostSamples(channels * Float32Array.BYTES_PER_ELEMENT, ITEM_HEAD_BYTES);
    for (let from = 0; from < sampleCount; from += most) {
      const planes = Array.from({ length: channels }, (_, at) => frame.channel(at).slice(from, from + most));
      yield this.#items.serialize(
        new TransportData({
          kind: "audio",
          sampleRateHz,
          channels: planes,
          ptsNs: ptsNs + samplesToNs(from, sampleRateHz),
          ...(discontinuity && from === 0 && { discontinuity }),
        }),
      );
    }
  }

  #mostSamples(bytesPerSample: number, headBytes: number): number {
    const most = Math.floor((this.#options.maxPacketBytes - headBytes) / bytesPerSample);
    if (most >= 1) return most;
    throw this.#tooLarge(`a sample of all channels has ${bytesPerSample} bytes`);
  }

  #fitting(bytes: Uint8Array, frame: PacketFrame | DataFrame<unknown>): Uint8Array {
    if (bytes.length <= this.#options.maxPacketBytes) return bytes;
    const what = frame instanceof PacketFrame ? `a batch of ${frame.batchSize} records` : "a value";
    throw this.#tooLarge(`${what} has ${bytes.length} bytes`);
  }

  #tooLarge(found: string): SluiceError {
    const { maxPacketBytes } = this.#options;
    return new SluiceError(
      "LimitExceeded",
      `Cannot send a packet: ${found}, and a packet has at most ${maxPacketBytes}; send less at a time, or raise ` +
        '"maxPacketBytes", up to 65507',
    );
  }
}

function plainBytes(frame: PacketFrame | DataFrame<unknown>): Uint8Array {
  if (frame instanceof PacketFrame) return new TextEncoder().encode(batchAsJson(frame));
  const { value } = frame;
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return new TextEncoder().encode(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new SluiceError("InvalidMessage", `Cannot send a packet: its value has no JSON: ${(error as Error).message}`);
  }
  if (text !== undefined) return new TextEncoder().encode(text);
  throw new SluiceError(
    "InvalidMessage",
    `Cannot send a packet: its value is ${typeof value}, which JSON does not have`,
  );
}
