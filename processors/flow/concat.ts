/**
 * The `concat` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { nsToSamples, samplesToNs } from "../audio/sample_time.ts";
import { CrossFade, type FadeCurve } from "./cross_fade.ts";

/** Samples of each channel in a block that the node makes. */
const BLOCK_SIZE = 1024;
/** The most samples of a block over all channels: what a slot of the default pool holds. */
const MOST_VALUES = 16_384;

/**
 * Plays several streams one after another.
 *
 * **Purpose.** Hands on the first input to its end, then the second one, and so on, without a gap: times go on where the
 * stream before ended. Frames of the others wait on their links, which hold their writers up. Sound can be cross-faded.
 * Streams of sound have one sample rate and as many channels; `convert: "auto"` puts converters before the others.
 *
 * **Inputs.** `frameIn_0` to `frameIn_15`, each optional: audio or video, which links tell.
 *
 * **Outputs.** `frameOut`: the same frames, with other times; with `crossfadeMs` blocks of sound of 1,024 samples.
 *
 * **Config.** `crossfadeMs`, `curve`, `lengthsSeconds`.
 *
 * **Example.**
 * ```json
 * { "show": { "type": "concat", "config": { "crossfadeMs": 500 } } }
 * ```
 */
@processor({
  // Nothing of the streams that wait is to be dropped.
  records: true,
  keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate"],
  tags: ["join", "append", "sequence", "playlist", "cross-fade", "gapless"],
})
export class Concat<F extends AudioFrame | VideoFrame> {
  @input({ array: 16, optional: true })
  frameIn!: StreamInput<F>[];
  @output()
  frameOut!: StreamOutput<F>;
  /** How long the end of a stream of sound sounds together with the start of the next. @minimum 0 @maximum 60000 @unit ms */
  @config()
  crossfadeMs = 0;
  /** How the two fade: in a line, for the same music, or so that they keep their power, for different ones. */
  @config()
  curve: FadeCurve = "linear";
  /**
   * How long each input lasts at least, such as the file that sound and pictures are of: times of an input count from 0
   * then. Sound is filled with silence, and the last picture stays. @unit s
   */
  @config()
  lengthsSeconds: number[] = [];

  #nodeId = "";
  /** Which input plays. */
  #at = 0;
  /** Where that begins, and the end of what was written; not known before the first frame. */
  #beginNs = 0;
  #endNs = Number.NaN;
  /** What is added to times of the input. */
  #offsetNs: number | undefined;
  /** The time of the last picture, and how long one lasts that does not say. */
  #pictureNs = Number.NaN;
  #stepNs = 0;
  #sound: { readonly sampleRateHz: number; readonly channels: number } | undefined;
  #fade: CrossFade | undefined;
  /** Where cross-faded sound begins, and how many samples of each channel have been written of it. */
  #fadedFromNs = 0;
  #faded = 0;

  /** Refuses a mix of streams that last for a given time. */
  setup({ nodeId }: ProcessorContext): void {
    this.#nodeId = nodeId;
    if (this.crossfadeMs === 0 || this.lengthsSeconds.length === 0) return;
    throw new SluiceError(
      "InvalidConfig",
      `Cannot start "${nodeId}": streams that are cross-faded overlap, and cannot last for "lengthsSeconds", too; leave ` +
        "one of the two out",
      { nodeId, key: "lengthsSeconds" },
    );
  }

  /** Hands on what the input that plays has, and goes on to the next one where it has ended. */
  async process(): Promise<void> {
    for (; this.#at < this.frameIn.length; this.#at++) {
      const port = this.frameIn[this.#at];
      let frame;
      while ((frame = port.read()) !== undefined) {
        if (frame.kind === "audio") await this.#passSound(frame as Frame as AudioFrame, port.name);
        else this.#passPicture(frame as Frame as VideoFrame);
      }
      if (port.connected && !port.ended) return;
      if (port.connected) await this.#endInput();
    }
  }

  /** Writes the end of what was cross-faded. */
  async flush(): Promise<void> {
    while (this.#fade !== undefined && this.#fade.count > 0) await this.#writeFaded(this.#fade, this.#fade.count);
  }

  #passPicture(picture: VideoFrame): void {
    const ptsNs = picture.ptsNs + this.#offset(picture.ptsNs);
    const own = ptsNs === picture.ptsNs ? picture : picture.writable();
    own.ptsNs = ptsNs;
    const sinceNs = ptsNs - this.#pictureNs;
    this.#pictureNs = ptsNs;
    if (own.durationNs > 0 || sinceNs > 0) this.#stepNs = own.durationNs > 0 ? own.durationNs : sinceNs;
    this.#endNs = Math.max(this.#endNs, ptsNs + this.#stepNs);
    this.frameOut.write(own as Frame as F);
  }

  async #passSound(block: AudioFrame, port: string): Promise<void> {
    this.#assertFormat(block, port);
    const { sampleRateHz, sampleCount, channels } = block;
    const ptsNs = block.ptsNs + this.#offset(block.ptsNs);
    if (this.crossfadeMs > 0) {
      if (this.#fade === undefined) this.#fadedFromNs = ptsNs;
      const fade = this.#fade ??= new CrossFade(
        channels,
        nsToSamples(this.crossfadeMs * 1e6, sampleRateHz),
        this.curve,
      );
      fade.push(Array.from({ length: channels }, (_, channel) => block.channel(channel)), sampleCount);
      while (fade.ready > 0) await this.#writeFaded(fade, fade.ready);
      return;
    }
    if (this.#lengthNs !== undefined) {
      await this.#fillTo(ptsNs);
      await this.frameOut.ready();
    }
    const own = ptsNs === block.ptsNs ? block : block.writable();
    own.ptsNs = ptsNs;
    this.#endNs = Math.max(this.#endNs, ptsNs + samplesToNs(sampleCount, sampleRateHz));
    this.frameOut.write(own as Frame as F);
  }

  /** What is added to the times of the input that plays, whose first frame has a time. */
  #offset(firstNs: number): number {
    if (this.#offsetNs !== undefined) return this.#offsetNs;
    const isCounted = this.#lengthNs !== undefined;
    if (Number.isNaN(this.#endNs)) this.#beginNs = this.#endNs = isCounted ? 0 : firstNs;
    return this.#offsetNs = isCounted ? this.#beginNs : this.#beginNs - firstNs;
  }

  /** How long the input that plays lasts at least, if that is said. */
  get #lengthNs(): number | undefined {
    const seconds = this.lengthsSeconds[this.#at];
    return seconds === undefined ? undefined : Math.round(seconds * 1e9);
  }

  async #endInput(): Promise<void> {
    if (this.#lengthNs !== undefined) {
      const endNs = this.#beginNs + this.#lengthNs;
      if (this.#sound !== undefined) await this.#fillTo(endNs);
      this.#endNs = Number.isNaN(this.#endNs) ? endNs : Math.max(this.#endNs, endNs);
    }
    if (this.#offsetNs !== undefined) this.#fade?.turn();
    if (!Number.isNaN(this.#endNs)) this.#beginNs = this.#endNs;
    this.#offsetNs = undefined;
  }

  /** Writes silence up to a time. */
  async #fillTo(timeNs: number): Promise<void> {
    const fromNs = this.#endNs;
    const { sampleRateHz } = this.#sound!;
    const count = nsToSamples(timeNs - fromNs, sampleRateHz);
    for (let done = 0; done < count;) {
      const ptsNs = fromNs + samplesToNs(done, sampleRateHz);
      done += await this.#writeBlock(ptsNs, count - done, (channels) => channels.forEach((samples) => samples.fill(0)));
      this.#endNs = fromNs + samplesToNs(done, sampleRateHz);
    }
  }

  async #writeFaded(fade: CrossFade, most: number): Promise<void> {
    const ptsNs = this.#fadedFromNs + samplesToNs(this.#faded, this.#sound!.sampleRateHz);
    this.#faded += await this.#writeBlock(ptsNs, most, (channels, count) => fade.take(channels, count));
  }

  /** Writes a block of at most so many samples. @returns how many it has */
  async #writeBlock(
    ptsNs: number,
    most: number,
    fill: (channels: readonly Float32Array[], count: number) => void,
  ): Promise<number> {
    const { sampleRateHz, channels } = this.#sound!;
    const sampleCount = Math.min(most, BLOCK_SIZE, Math.floor(MOST_VALUES / channels));
    const output = this.frameOut as StreamOutput as StreamOutput<AudioFrame>;
    await output.ready();
    const block = await output.acquire({ sampleRateHz, channels, sampleCount });
    fill(Array.from({ length: channels }, (_, channel) => block.channel(channel)), sampleCount);
    block.ptsNs = ptsNs;
    output.write(block);
    return sampleCount;
  }

  /** @throws {SluiceError} `TypeMismatch` for sound that cannot stand behind what came before */
  #assertFormat({ sampleRateHz, channels, format }: AudioFrame, port: string): void {
    this.#sound ??= { sampleRateHz, channels };
    const before = this.#sound;
    if (before.sampleRateHz === sampleRateHz && before.channels === channels) return;
    const converter = before.sampleRateHz === sampleRateHz ? "channel-mapper" : "resampler";
    throw new SluiceError(
      "TypeMismatch",
      `Cannot go on in "${this.#nodeId}": "${port}" carries ${describeFormat(format)}, and what came before is ` +
        `${describeFormat({ kind: "audio", ...before })}; put a "${converter}" before that input, or link it with ` +
        'convert="auto"',
      { nodeId: this.#nodeId, port },
    );
  }
}
