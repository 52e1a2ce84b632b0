/**
 * The `wav-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { NodeLog, ProcessorContext } from "../../core/processor.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { PcmBlock } from "./pcm.ts";
import { type Destination, isOutputUnread, READER_GONE, STANDARD, StandardOutput } from "./standard_output.ts";
import { claimTake } from "./take.ts";
import { bytesPerSample, defaultLayout, WAV_MAX_CHANNELS, type WavFormat } from "./wav_format.ts";
import { WavWriter } from "./wav_writer.ts";

/** What is written to the file at a time in an offline graph, if it is more than a block. */
const WRITE_BYTES = 262_144;

/**
 * Writes a WAV file.
 *
 * **Purpose.** Records audio as `NAME.partial`, a WAV file that is readable at any moment, and renames it to `NAME`
 * when the stream has ended. An aborted run leaves the recording in `NAME.partial`, and an older `NAME` unchanged; the
 * next run moves that `NAME.partial` to `NAME.partial.1`. A path that another node writes or reads is refused at setup.
 * Files of more than 4 GiB become RF64. With `path` `-` it writes to standard output, with a header whose sizes are unknown.
 * Its figure is `bytes`, written so far.
 *
 * **Inputs.** `audio`: 1 to 8 channels; the format may not change within a stream.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `format`, `overwrite`. Integer formats clamp to full scale; the log says at the end how many samples were
 * clamped. A stream without a frame makes an empty file if its format was announced, otherwise no file.
 *
 * **Example.**
 * ```json
 * { "out": { "type": "wav-sink", "config": { "path": "out/demo.wav", "format": "s16" } } }
 * ```
 */
@processor({ records: true, stdout: { path: "-" }, tags: ["wav", "file", "stdout", "audio", "write", "record"] })
export class WavSink {
  @input()
  audio!: StreamInput<AudioFrame>;
  /**
   * File to write; a relative path starts at the working directory. The directory must exist. `-` is standard output.
   * @minLength 1 @reaches path
   */
  @config()
  path!: string;
  /**
   * The format of samples in the file: unsigned or signed integers, or floats, of so many bits. `auto` is `f32`, which
   * loses nothing.
   */
  @config()
  format: "auto" | "u8" | "s16" | "s24" | "s32" | "f32" | "f64" = "auto";
  /** True: a second run of the process replaces the recording of the first, instead of writing a file beside it. */
  @config()
  overwrite = false;

  #nodeId = "";
  #log: NodeLog | undefined;
  #partial: Destination | undefined;
  #writer: WavWriter | undefined;
  /** Samples of each channel that have come. */
  #taken = 0;
  /** What is still to be written, and how many samples of each channel that is. */
  #piece = new PcmBlock("f32", 1, 0);
  #pending = 0;

  /** Claims the file: makes an empty `NAME.partial`, unless an earlier run has left one. */
  setup(context: ProcessorContext): void {
    this.#nodeId = context.nodeId;
    this.#log = context.log;
    const details = { key: "path" };
    this.#partial = this.path === STANDARD ? StandardOutput.claim(details) : claimTake(context, this, details);
  }

  /**
   * Appends every queued block: to the file in a live graph, to what is written next in an offline one. Ends with the
   * reader of standard output.
   */
  process(context: ProcessorContext): void {
    if (!this.#whileRead(context, () => this.#append(context))) context.finish();
  }

  /** @returns whether somebody reads what is written */
  #whileRead(context: ProcessorContext, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (!isOutputUnread(error, this.#partial!)) throw error;
      context.report({ [READER_GONE]: 1 });
      return false;
    }
  }

  #append(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audio.read()) !== undefined) {
      const writer = this.#writer ?? this.#open(frame.sampleRateHz, frame.channels);
      const { channels, sampleRateHz } = writer.format;
      if (frame.channels !== channels || frame.sampleRateHz !== sampleRateHz) this.#refuseChange(frame, writer.format);
      const count = frame.sampleCount;
      if (this.#pending + count > this.#piece.capacity) this.#makeRoom(count);
      const piece = this.#piece;
      for (let channel = 0; channel < channels; channel++) piece.encode(channel, frame.channel(channel), this.#pending);
      this.#pending += count;
      context.progress(samplesToNs(this.#taken += count, sampleRateHz));
    }
    if (context.mode === "live") this.#store();
    if (this.#writer !== undefined) context.report({ bytes: this.#writer.bytes });
  }

  /** Completes the file and renames it. */
  flush(context: ProcessorContext): void {
    this.#whileRead(context, () => this.#complete(context));
  }

  #complete(context: ProcessorContext): void {
    const announced = this.audio.format;
    if (this.#writer === undefined && announced?.kind === "audio") {
      this.#open(announced.sampleRateHz, announced.channels);
    }
    if (this.#writer === undefined) {
      context.log.warn(`nothing was written to ${JSON.stringify(this.#partial!.path)}: no audio came`, {
        path: this.#partial!.path,
      });
      return;
    }
    this.#store();
    this.#writer.finish();
    const doneNs = samplesToNs(this.#taken, this.#writer.format.sampleRateHz);
    context.progress(doneNs, doneNs);
    // A standard output without a reader has been reported.
    if (this.path !== STANDARD) context.report({ bytes: this.#writer.bytes });
    const { clipped, notANumber } = this.#piece;
    if (clipped > 0) {
      const mend = `lower the level, or write format "f32"`;
      context.log.warn(`${clipped} samples were beyond full scale and clamped: ${mend}`, {
        path: this.#partial!.path,
        clipped,
      });
    }
    if (notANumber > 0) {
      context.log.warn(`${notANumber} samples were not numbers and written as 0`, {
        path: this.#partial!.path,
        notANumber,
      });
    }
  }

  /** Leaves the recording in `NAME.partial` if the stream did not end. */
  teardown(): void {
    const writer = this.#writer;
    if (writer === undefined) return this.#partial?.discard();
    let isLeft = false;
    try {
      this.#store();
    } finally {
      isLeft = writer.abort();
    }
    if (isLeft) {
      const { path, partialPath } = this.#partial!;
      const seconds = (samplesToNs(writer.sampleCount, writer.format.sampleRateHz) / 1e9).toFixed(1);
      this.#log!.warn(this.#partial!.describeBreak(`its first ${seconds} s are`), { path, partialPath });
    }
  }

  #open(sampleRateHz: number, channels: number): WavWriter {
    if (channels > WAV_MAX_CHANNELS) {
      throw new SluiceError(
        "TypeMismatch",
        `Cannot write ${channels} channels to ${
          JSON.stringify(this.#partial!.path)
        }: wanted 1 to ${WAV_MAX_CHANNELS}; ` +
          `put a "channel-mapper" before "${this.#nodeId}"`,
        { nodeId: this.#nodeId, port: "audio" },
      );
    }
    const announced = this.audio.format;
    const layout = announced?.kind === "audio" && announced.channels === channels ? announced.layout : undefined;
    const format: WavFormat = {
      sampleFormat: this.format === "auto" ? "f32" : this.format,
      channels,
      sampleRateHz,
      layout: layout ?? defaultLayout(channels),
    };
    const bytesPerFrame = channels * bytesPerSample(format.sampleFormat);
    this.#piece = new PcmBlock(format.sampleFormat, channels, Math.floor(WRITE_BYTES / bytesPerFrame));
    const writer = new WavWriter(this.#partial!, format);
    this.#writer = writer;
    if (writer.earlierPath !== undefined) this.#warnOfEarlier(writer.earlierPath);
    return writer;
  }

  /** Writes what is pending. What the system refuses to write is not tried again. */
  #store(): void {
    const count = this.#pending;
    this.#pending = 0;
    if (count > 0) this.#writer!.write(this.#piece, count);
  }

  /** Makes room for so many samples of each channel. */
  #makeRoom(count: number): void {
    this.#store();
    this.#piece.reserve(count);
  }

  #warnOfEarlier(earlierPath: string): void {
    const left = JSON.stringify(this.#partial!.partialPath);
    this.#log!.warn(
      `${left} was left by a run that was broken off, and is now ${JSON.stringify(earlierPath)}; keep it or remove it`,
      { path: this.#partial!.path, earlierPath },
    );
  }

  #refuseChange(frame: AudioFrame, format: WavFormat): never {
    const before = describeFormat({ kind: "audio", sampleRateHz: format.sampleRateHz, channels: format.channels });
    const converter = frame.sampleRateHz === format.sampleRateHz ? "channel-mapper" : "resampler";
    throw new SluiceError(
      "TypeMismatch",
      `Cannot go on writing ${
        JSON.stringify(this.#partial!.path)
      }: "${this.#nodeId}.audio" changed from ${before} to ` +
        `${describeFormat(frame.format)}, and a WAV file has one format; put a "${converter}" before it`,
      { nodeId: this.#nodeId, port: "audio" },
    );
  }
}
