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
import { samplesToNs } from "../audio/sample_time.ts";
import { PcmBlock } from "./pcm.ts";
import { WavReader } from "./wav_reader.ts";

/**
 * Reads a WAV file.
 *
 * **Purpose.** Plays RIFF/WAVE and RF64 files into the graph: 8, 16, 24 and 32-bit integers, 32 and 64-bit floats, 1 to
 * 8 channels, extensible headers. The file is read block by block, never as a whole. In a live graph blocks come at the
 * pace of the media, offline as fast as the graph takes them. A faulty file is refused at setup with the byte of the
 * fault, and so is a file that a `wav-sink` writes.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter. Integers of n bits are divided by 2^(n-1);
 * 32-bit integers and 64-bit floats are rounded to 32-bit float.
 *
 * **Config.** `path`, `blockSize`.
 *
 * **Example.**
 * ```json
 * { "speech": { "type": "wav-source", "config": { "path": "speech.wav" } } }
 * ```
 */
@processor({ mode: "loop", tags: ["wav", "file", "audio", "read", "play"] })
export class WavSource {
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** File to read; a relative path starts at the working directory. @minLength 1 */
  @config()
  path!: string;
  /** Samples per channel in a block. @integer @minimum 1 @maximum 16384 @unit samples */
  @config()
  blockSize = 1024;

  #reader: WavReader | undefined;
  #block = new PcmBlock("s16", 1, 0);
  #shape: AudioShape = { sampleRateHz: 1, channels: 1, sampleCount: 0 };
  #totalNs = 0;
  #startNs = -1;

  /** Opens the file and announces its format. */
  setup(): void {
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
    const { channels, sampleFormat, sampleRateHz, layout } = reader.format;
    this.#block = new PcmBlock(sampleFormat, channels, this.blockSize);
    this.#shape = { sampleRateHz, channels, sampleCount: this.blockSize, layout };
    this.#totalNs = samplesToNs(reader.sampleCount, sampleRateHz);
    this.audio.announce({ kind: "audio", sampleRateHz, channels, layout });
  }

  /** Writes one block. */
  process(context: ProcessorContext): void {
    const reader = this.#reader!;
    const start = reader.position;
    const left = reader.sampleCount - start;
    if (left === 0) return context.finish();
    const { channels, sampleRateHz, layout } = this.#shape;
    const ptsNs = samplesToNs(start, sampleRateHz);
    if (context.mode === "live" && this.#isEarly(ptsNs, context)) return;
    if (left < this.blockSize) this.#shape = { sampleRateHz, channels, sampleCount: left, layout };
    const frame = this.audio.tryAcquire(this.#shape);
    if (frame === undefined) return;
    const count = reader.read(this.#block, this.blockSize);
    for (let channel = 0; channel < channels; channel++) this.#block.decode(channel, frame.channel(channel), count);
    const endNs = samplesToNs(start + count, sampleRateHz);
    frame.ptsNs = ptsNs;
    frame.durationNs = endNs - ptsNs;
    this.audio.write(frame);
    context.progress(endNs, this.#totalNs);
    if (reader.position === reader.sampleCount) context.finish();
  }

  /** Closes the file. */
  teardown(): void {
    this.#reader?.[Symbol.dispose]();
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
