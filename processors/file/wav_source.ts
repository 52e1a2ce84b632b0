/**
 * The `wav-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame, AudioShape } from "../../core/frames/audio_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "../audio/carried.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { PcmBlock } from "./pcm.ts";
import { bytesPerSample } from "./wav_format.ts";
import { WavReader } from "./wav_reader.ts";

/** What is read from the file at a time, if it is more than a block: a third quicker than 64 KiB, and still in a cache. */
const READ_BYTES = 262_144;
/** Samples of a block in each channel: in a live graph, and at least in an offline one. */
const BLOCK_SIZE = 1024;
/**
 * Samples of a block over all channels in an offline graph: half of what a slot of the default audio pool holds. Longer
 * ones save little, and the blocks of a link leave the second-level cache.
 */
const OFFLINE_VALUES = 8192;

/**
 * Reads a WAV file.
 *
 * **Purpose.** Plays RIFF/WAVE, RIFX and RF64 files into the graph: 8, 16, 24 and 32-bit integers, 32 and 64-bit floats,
 * 1 to 8 channels, extensible headers. The file is read in pieces of some 256 KiB, never as a whole. In a live graph
 * blocks come at the pace of the media, offline as fast as the graph takes them. A file with wrong sizes, such as a
 * stream's, or cut off, plays to its end, and the log says what is wrong. A header without a format of samples is refused
 * at setup with the byte of the fault, and so is a file that a `wav-sink` writes.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of one size, the last one shorter. Integers of n bits are divided by 2^(n-1);
 * 32-bit integers and 64-bit floats are rounded to 32-bit float.
 *
 * **Config.** `path`, `blockSize`.
 *
 * **Example.**
 * ```json
 * { "speech": { "type": "wav-source", "config": { "path": "speech.wav" } } }
 * ```
 */
@processor({ mode: "loop", portsFrom: "./wav_source_ports.ts", tags: ["wav", "file", "audio", "read", "play"] })
export class WavSource {
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** File to read; a relative path starts at the working directory. @minLength 1 @reaches path */
  @config()
  path!: string;
  /**
   * Samples per channel in a block; by default 1024, and in an offline graph as many powers of two more as make 8192 over
   * all channels, if a slot of the pool holds them. @integer @minimum 1 @maximum 16384 @unit samples
   */
  @config()
  blockSize?: number;

  #reader: WavReader | undefined;
  /** What was read last, whole blocks, and which of its samples are the next and the first after it. */
  #piece = new PcmBlock("s16", 1, 0);
  #next = 0;
  #end = 0;
  #shape: AudioShape = { sampleRateHz: 1, channels: 1, sampleCount: 0 };
  #totalNs = 0;
  #startNs = -1;

  /** Opens the file and announces its format. */
  setup(context: ProcessorContext): void {
    const reader = WavReader.open(this.path, { details: { key: "path" }, lock: true });
    this.#reader = reader;
    if (reader.sampleCount === 0) {
      throw new SluiceError(
        "InvalidMedia",
        `Cannot read ${JSON.stringify(this.path)}: its data chunk is empty, wanted at least one sample; ` +
          "record it again, or leave the node out",
        { key: "path" },
      );
    }
    for (const fault of reader.faults) context.log.warn(`${JSON.stringify(this.path)}: ${fault}`, { path: this.path });
    const { channels, sampleFormat, sampleRateHz, layout } = reader.format;
    const sampleCount = this.blockSize ?? (context.mode === "live" ? BLOCK_SIZE : offlineBlock(channels));
    const blocks = Math.max(1, Math.floor(READ_BYTES / (sampleCount * channels * bytesPerSample(sampleFormat))));
    this.#piece = new PcmBlock(sampleFormat, channels, blocks * sampleCount);
    this.#shape = { sampleRateHz, channels, sampleCount, layout };
    this.#totalNs = samplesToNs(reader.sampleCount, sampleRateHz);
    this.audio.announce({ kind: "audio", sampleRateHz, channels, layout });
  }

  /** Writes one block. */
  process(context: ProcessorContext): void {
    const reader = this.#reader!;
    const start = this.#position(reader);
    const left = reader.sampleCount - start;
    if (left === 0) return context.finish();
    const { channels, sampleRateHz } = this.#shape;
    const ptsNs = samplesToNs(start, sampleRateHz);
    if (context.mode === "live" && this.#isEarly(ptsNs, context)) return;
    if (left < this.#shape.sampleCount) this.#shape = { ...this.#shape, sampleCount: left };
    const frame = this.#acquire();
    if (frame === undefined) return;
    const piece = this.#piece;
    if (this.#next === this.#end) {
      this.#end = reader.read(piece, piece.capacity);
      this.#next = 0;
    }
    const count = frame.sampleCount;
    for (let channel = 0; channel < channels; channel++) {
      piece.decode(channel, frame.channel(channel), count, this.#next);
    }
    this.#next += count;
    const endNs = samplesToNs(start + count, sampleRateHz);
    frame.ptsNs = ptsNs;
    frame.durationNs = endNs - ptsNs;
    this.audio.write(frame);
    context.progress(endNs, this.#totalNs);
    if (start + count === reader.sampleCount) context.finish();
  }

  /** Gives what a successor goes on from, if it plays the same file. */
  snapshot(): unknown {
    return carry("wav-source", { path: this.path, position: this.#position(this.#reader!) });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ path: string; position: number }>("wav-source", state);
    if (from?.path === this.path) this.#reader!.seek(from.position);
  }

  /** Closes the file. */
  teardown(): void {
    this.#reader?.[Symbol.dispose]();
  }

  /** A free slot. Those of a small pool get blocks of the usual size, of which a piece has a whole number too. */
  #acquire(): AudioFrame | undefined {
    try {
      return this.audio.tryAcquire(this.#shape);
    } catch (error) {
      const isChosen = this.blockSize === undefined && this.#shape.sampleCount > BLOCK_SIZE;
      if (!isChosen || !(error instanceof RangeError)) throw error;
      this.#shape = { ...this.#shape, sampleCount: BLOCK_SIZE };
      return this.audio.tryAcquire(this.#shape);
    }
  }

  /** Number of the next sample that is written. */
  #position({ position }: WavReader): number {
    return position - (this.#end - this.#next);
  }

  #isEarly(ptsNs: number, context: ProcessorContext): boolean {
    const nowNs = context.nowNs();
    if (this.#startNs < 0) this.#startNs = nowNs - ptsNs;
    const dueNs = this.#startNs + ptsNs;
    if (nowNs >= dueNs) return false;
    context.waitUntilNs(dueNs);
    return true;
  }
}

/** Samples of a block in an offline graph. */
function offlineBlock(channels: number): number {
  return Math.max(BLOCK_SIZE, 2 ** Math.floor(Math.log2(OFFLINE_VALUES / channels)));
}
