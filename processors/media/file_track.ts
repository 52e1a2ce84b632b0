/**
 * One track of a media file.
 *
 * @module
 */
import type { EncodedPacket, EncodedPacketSink, InputAudioTrack, InputVideoTrack } from "mediabunny";
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import type { AudioFormat, Codec, EncodedFormat } from "../../core/frames/format.ts";
import type { WavSampleFormat } from "../file/wav_format.ts";
import type { Mediabunny } from "./containers.ts";
import { packetConverter } from "./packet_converter.ts";

/** Codecs by mediabunny's names. */
const CODECS: Readonly<Record<string, Codec>> = {
  avc: "h264",
  hevc: "hevc",
  vp8: "vp8",
  vp9: "vp9",
  av1: "av1",
  opus: "opus",
  aac: "aac",
  flac: "flac",
  mp3: "mp3",
};

/** Formats of samples by mediabunny's names. */
const PCM: Readonly<Record<string, WavSampleFormat>> = {
  "pcm-u8": "u8",
  "pcm-s16": "s16",
  "pcm-s24": "s24",
  "pcm-s32": "s32",
  "pcm-f32": "f32",
  "pcm-f64": "f64",
};

/** By how many pictures one is decoded before it is shown at most: H.264 and H.265 keep up to 16 of them. */
const MOST_REORDERED = 16;

/** A packet as frames are made of it. */
export interface FilePacket {
  readonly bytes: Uint8Array;
  /** Nanoseconds since the file's start; may be negative. */
  readonly timeNs: number;
  readonly durationNs: number;
  readonly keyframe: boolean;
}

/** What a track holds, and its packets. */
export class FileTrack {
  /** The output that carries it. */
  readonly port: "video" | "audio" | "pcm";
  /** `undefined` for a codec that no frame carries. */
  readonly format: EncodedFormat | AudioFormat | undefined;
  /** The codec, as messages name it. */
  readonly codec: string;
  /** For PCM: the format of its samples. */
  readonly sampleFormat: WavSampleFormat | undefined;
  readonly #sink: EncodedPacketSink;
  readonly #convert: (bytes: Uint8Array, isKey: boolean) => Uint8Array | undefined;
  #packets: AsyncGenerator<EncodedPacket, void, unknown> | undefined;
  #next: FilePacket | undefined;
  /** The place in the order of decoding of the last packet that is read. */
  #last = Infinity;

  private constructor(
    port: FileTrack["port"],
    codec: string,
    format: FileTrack["format"],
    sink: EncodedPacketSink,
    convert: (bytes: Uint8Array, isKey: boolean) => Uint8Array | undefined,
  ) {
    this.port = port;
    this.codec = codec;
    this.format = format;
    this.sampleFormat = PCM[codec];
    this.#sink = sink;
    this.#convert = convert;
  }

  /** Reads what a file says of a track. */
  static async read(
    mediabunny: Mediabunny,
    track: InputVideoTrack | InputAudioTrack,
    path: string,
    details: SluiceErrorDetails,
  ): Promise<FileTrack> {
    const name = await track.getCodec() ?? String(await track.getInternalCodecId() ?? "unknown");
    const config = await track.getDecoderConfig();
    const isPcm = name in PCM;
    const format = config === null ? undefined : formatOf(name, config);
    const description = config?.description === undefined ? undefined : bytesOf(config.description);
    const convert = format?.kind === "encoded"
      ? packetConverter(format, description, path, details)
      : (same: Uint8Array) => same;
    const port = track.isVideoTrack() ? "video" : isPcm ? "pcm" : "audio";
    return new FileTrack(port, CODECS[name] ?? name, format, new mediabunny.EncodedPacketSink(track), convert);
  }

  /** The packet that is next; `undefined` after the last one. */
  get next(): FilePacket | undefined {
    return this.#next;
  }

  /**
   * Goes to a place: of video to the key frame at or before it, of audio to the packet with it.
   *
   * @param timeNs nanoseconds since the file's start
   * @param endNs the time of the first packet that is not read any more, but for those which ones before it need
   */
  async seek(timeNs: number, endNs: number): Promise<void> {
    await this.#packets?.return();
    this.#last = endNs === Infinity ? Infinity : await this.#lastBefore(endNs / 1e9);
    const seconds = timeNs / 1e9;
    const first = timeNs <= 0
      ? await this.#sink.getFirstKeyPacket()
      : await this.#sink.getKeyPacket(seconds) ?? await this.#sink.getFirstKeyPacket();
    this.#packets = first === null ? undefined : this.#sink.packets(first);
    await this.advance();
  }

  /** Goes on to the packet after {@linkcode next}. */
  async advance(): Promise<void> {
    this.#next = undefined;
    while (this.#packets !== undefined && this.#next === undefined) {
      const { value, done } = await this.#packets.next();
      if (done || value === undefined || value.sequenceNumber > this.#last) break;
      this.#next = this.#packetOf(value);
    }
  }

  /** Lets go of what was read ahead. */
  async close(): Promise<void> {
    await this.#packets?.return();
  }

  /** The place of the last packet with a time before another: of those around it, pictures may be reordered. */
  async #lastBefore(seconds: number): Promise<number> {
    const about = { metadataOnly: true };
    let packet = await this.#sink.getPacket(seconds - 1e-6, about);
    let last = -1;
    for (let after = 0; packet !== null && after <= MOST_REORDERED; after++) {
      if (packet.timestamp < seconds) [last, after] = [packet.sequenceNumber, 0];
      packet = await this.#sink.getNextPacket(packet, about);
    }
    return last;
  }

  #packetOf({ data, type, timestamp, duration }: EncodedPacket): FilePacket | undefined {
    const keyframe = type === "key";
    const bytes = this.#convert(data, keyframe);
    if (bytes === undefined || bytes.length === 0 || !Number.isFinite(timestamp)) return undefined;
    const timeNs = Math.round(timestamp * 1e9);
    return { bytes, timeNs, durationNs: Math.max(0, Math.round((timestamp + duration) * 1e9) - timeNs), keyframe };
  }
}

/**
 * The error for a track that no frame carries.
 *
 * @param name the track, as a source's output names it
 */
export function unsupportedTrack(
  path: string,
  name: string,
  { codec }: FileTrack,
  details: SluiceErrorDetails,
): SluiceError {
  const known = [...Object.values(CODECS), ...Object.keys(PCM)];
  return new SluiceError(
    "InvalidMedia",
    `Cannot read ${name} of ${JSON.stringify(path)}: its codec is ${codec}, wanted ${known.join(", ")}; ` +
      "convert it with another program",
    { ...details, available: known },
  );
}

function formatOf(name: string, config: VideoDecoderConfig | AudioDecoderConfig): FileTrack["format"] {
  const { codedWidth: width, codedHeight: height } = config as VideoDecoderConfig;
  const { numberOfChannels: channels, sampleRate: sampleRateHz } = config as AudioDecoderConfig;
  if (name in PCM) {
    return channels >= 1 && channels <= 8 && sampleRateHz >= 1 ? { kind: "audio", channels, sampleRateHz } : undefined;
  }
  const codec = CODECS[name];
  if (codec === undefined) return undefined;
  if (channels !== undefined) return { kind: "encoded", codec, channels, sampleRateHz };
  return { kind: "encoded", codec, ...(width && height ? { width, height } : undefined) };
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
