/**
 * One input of an `hls-sink`: its packets become segments, which begin where the sink cuts.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { AUDIO_CODECS } from "../../core/frames/format.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { Mediabunny } from "../media/containers.ts";
import type { Packet } from "../media/recording.ts";
import { encodedTrack, type TrackFormat } from "../media/track_format.ts";
import type { HlsList } from "./hls_list.ts";
import { makeSegment } from "./hls_segment.ts";
import type { Rendition } from "./hls_text.ts";

/** The most bytes of a segment, which is held until it is complete. */
const MOST_SEGMENT_BYTES = 128 * 2 ** 20;
/** Times that differ by less are the same one, rounded. */
const ROUNDING_NS = 1e6;
/** What does not go on with its last frame for so long has a gap. */
const LEAST_GAP_NS = 5e7;
/** The longest packet of sound whose start may not be heard. */
const LONGEST_NS = 120e6;

/** A place at which the segments of all tracks begin anew. */
export interface Cut {
  readonly timeNs: number;
  /** Whether the stream does not go on there as before. */
  readonly breaks: boolean;
}

/** What becomes of a frame: it is in a segment, it comes too late for any, or it waits for a cut with a break. */
export type Fate = "added" | "late" | "changed";

/** An input, and its list of segments. */
export class HlsTrack {
  readonly input: StreamInput<EncodedFrame>;
  readonly list: HlsList;
  /** The input, as messages name it: `live.video_0`. */
  readonly #address: string;
  readonly #mediabunny: Mediabunny;
  #format: TrackFormat | undefined;
  #isOfNewFormat = true;
  readonly #cuts: Cut[] = [];
  #packets: Packet[] = [];
  #bytes = 0;
  /** Where the segment begins, and how many breaks lie before it. */
  #startNs = 0;
  #breaks = 0;
  /** The end of the newest frame, since the start. */
  endNs = -Infinity;
  /**
   * The newest time of a frame, and what it was when the newest key frame came: no time is before that. Infinite after a
   * key frame that is in no segment.
   */
  #newestNs = -Infinity;
  #floorNs = Infinity;

  constructor(input: StreamInput<EncodedFrame>, nodeId: string, list: HlsList, mediabunny: Mediabunny) {
    this.input = input;
    this.list = list;
    this.#address = `${nodeId}.${input.name}`;
    this.#mediabunny = mediabunny;
  }

  /** Whether it has frames, or may still bring some. */
  get isOpen(): boolean {
    return this.input.queued > 0 || (this.input.connected && !this.input.ended);
  }

  /** When the frame that is next begins; `undefined` if there is none. */
  get nextNs(): number | undefined {
    const next = this.input.peek();
    return next && this.timeOf(next);
  }

  /** When a frame begins: what is not heard of the first packet of sound lies before its time. */
  timeOf(frame: EncodedFrame): number {
    const unheardNs = frame.ptsNs - frame.dtsNs;
    const begins = this.endNs === -Infinity && AUDIO_CODECS.has(frame.codec);
    return begins && unheardNs > 0 && unheardNs < LONGEST_NS ? frame.dtsNs : frame.ptsNs;
  }

  /** Whether a frame is other than what its segments are said to hold. */
  changesWith(frame: EncodedFrame): boolean {
    return this.#format?.changeIn(frame.bytes) !== undefined;
  }

  /** Has a segment begin with the first key frame from a place on. */
  cut(cut: Cut): void {
    if (this.#format !== undefined) this.#cuts.push(cut);
  }

  /**
   * Writes the segment that is complete before a key frame, if there is a cut between.
   *
   * @param timeNs of the frame, since the start
   */
  async pass(frame: EncodedFrame, timeNs: number, dateOf: (timeNs: number) => Date | undefined): Promise<void> {
    if (this.#format === undefined) {
      this.#describe(frame);
      this.#startNs = timeNs;
    }
    // Behind a gap of its own, sound may go on a little before pictures do.
    const leadNs = timeNs > this.endNs + LEAST_GAP_NS ? LONGEST_NS : ROUNDING_NS;
    const passed = this.#cuts.findIndex((cut) => cut.timeNs > timeNs + (cut.breaks ? leadNs : ROUNDING_NS));
    const cuts = this.#cuts.splice(0, passed < 0 ? this.#cuts.length : passed);
    if (cuts.length === 0) return;
    // Behind a break, times may be far ahead.
    await this.close(cuts[0].breaks ? undefined : cuts[0].timeNs, dateOf);
    this.#startNs = cuts.at(-1)!.timeNs;
    const breaks = cuts.filter((cut) => cut.breaks).length;
    this.#breaks += breaks;
    if (breaks > 0 && this.changesWith(frame)) this.#describe(frame);
  }

  /**
   * Takes a frame into the segment; it stays the caller's.
   *
   * @param timeNs of the frame, since the start
   * @throws {SluiceError} `InvalidMedia` for a segment without an end
   */
  add({ bytes, keyframe, durationNs }: EncodedFrame, timeNs: number): Fate {
    const floorNs = keyframe ? this.#newestNs : this.#floorNs;
    if (!(timeNs >= Math.max(floorNs, 0))) {
      if (keyframe) this.#floorNs = Infinity;
      return "late";
    }
    const converted = this.#format!.convert(bytes);
    if ("change" in converted) {
      this.#floorNs = Infinity;
      return "changed";
    }
    this.#floorNs = floorNs;
    this.#newestNs = Math.max(this.#newestNs, timeNs);
    this.endNs = Math.max(this.endNs, timeNs + durationNs);
    this.#packets.push({ bytes: converted, timeNs, durationNs, keyframe });
    this.#bytes += converted.length;
    if (this.#bytes > MOST_SEGMENT_BYTES) throw this.#tooLong();
    return "added";
  }

  /** Writes what there is of a segment. @param endNs where the next one begins; by default where its last frame ends */
  async close(endNs: number | undefined, dateOf: (timeNs: number) => Date | undefined): Promise<void> {
    const [packets, last] = [this.#packets, this.#packets.at(-1)];
    if (last === undefined) return;
    const stopNs = endNs ?? this.endNs;
    if (last.durationNs <= 0) packets[packets.length - 1] = { ...last, durationNs: Math.max(0, stopNs - last.timeNs) };
    this.#packets = [];
    this.#bytes = 0;
    const segment = await makeSegment(this.#mediabunny, this.#format!, packets);
    await this.list.add({
      ...segment,
      seconds: Math.max(0, stopNs - this.#startNs) / 1e9,
      breaks: this.#breaks,
      date: dateOf(this.#startNs),
      isOfNewFormat: this.#isOfNewFormat,
    });
    this.#breaks = 0;
    this.#isOfNewFormat = false;
  }

  /** What the list of lists says of it; `undefined` before its first segment. */
  get rendition(): Rendition | undefined {
    if (this.#format === undefined || this.list.segments === 0) return undefined;
    const { type, codec, decoderConfig } = this.#format;
    const { codedWidth: width, codedHeight: height, numberOfChannels: channels } = decoderConfig;
    return {
      type,
      name: this.input.name,
      file: this.list.file,
      codec: codec === "flac" ? "fLaC" : decoderConfig.codec,
      peakBitRate: this.list.peakBitRate,
      ...(width !== undefined && { width, height }),
      ...(channels !== undefined && { channels }),
    };
  }

  #describe({ format, bytes }: EncodedFrame): void {
    this.#format = encodedTrack({ format, bytes, input: this.#address });
    this.#isOfNewFormat = true;
  }

  #tooLong(): SluiceError {
    return new SluiceError(
      "InvalidMedia",
      `Cannot go on writing "${this.#address}": no key frame has come within ${
        MOST_SEGMENT_BYTES / 2 ** 20
      } MiB, and a ` +
        "segment begins with one; let the encoder make one every few seconds",
      { port: this.input.name },
    );
  }
}
