/**
 * The `delay` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { describeFormat, type PixelFormat } from "../../core/frames/format.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { PacketNumber } from "../../core/frames/packet_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "../audio/carried.ts";
import { acquireBlank, acquireSilence } from "./blank_frames.ts";

/**
 * Delays a stream, and makes a loop of links legal.
 *
 * **Purpose.** A frame leaves when `delayFrames` newer ones have come and, in a live graph, when it has been in the
 * graph for `delayMs`; until then it waits on the link before, whose default capacity is large enough. Its times move by
 * `delayMs` and by `delayFrames` times its duration. With `prime` the output begins with blank frames instead, and frames wait for no
 * newer ones: a node of a loop that waits for all its inputs can then begin. Blank sound is silence of `delayMs`;
 * other kinds get `delayFrames` black pictures, values `initial`, or empty batches. No blank frame suits every decoder, so
 * that encoded frames have none.
 *
 * **Inputs.** `frameIn`: frames of any kind, which its links tell. Its link holds more than `delayFrames` of them, unless
 * `prime` is used, and in a live graph those of `delayMs`: one that is too short for them ends in an error. Sound behind
 * silence is of the rate and channels that are configured.
 *
 * **Outputs.** `frameOut`: the same frames, later.
 *
 * **Config.** `delayMs`, `delayFrames`, `prime`; `sampleRateHz` and `channels` of the silence; `pixelFormat`, `width`,
 * `height` and `frameRate` of the black pictures; `initial` for values; the `fields` of the empty batches.
 *
 * **Example.**
 * ```json
 * { "echo": { "type": "delay", "config": { "delayMs": 250, "prime": true, "channels": 2 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate", "codec"],
  delays: true,
  tags: ["echo", "feedback", "loop", "latency", "lip sync", "state"],
})
export class Delay<F extends Frame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;
  /** The delay of frames. @minimum 0 @maximum 86400000 @unit ms */
  @config()
  delayMs = 0;
  /** How many frames later; by default 1 if `delayMs` is 0. @integer @minimum 0 @maximum 65535 @unit frames */
  @config()
  delayFrames?: number;
  /** Begin with blank frames: with as much silence as the delay, or with `delayFrames`, by default 1, of other kinds. */
  @config()
  prime = false;
  /** Sample rate of the silence. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48_000;
  /** Channels of the silence. @integer @minimum 1 @maximum 64 */
  @config()
  channels = 1;
  /** How the pixels of the black pictures lie in memory. */
  @config()
  pixelFormat: PixelFormat = "rgba8";
  /** Pixels in a row of the black pictures. @integer @minimum 1 @maximum 32768 @unit pixels */
  @config()
  width = 1920;
  /** Rows of the black pictures. @integer @minimum 1 @maximum 32768 @unit pixels */
  @config()
  height = 1080;
  /** Black pictures a second, which gives them their length. @exclusiveMinimum 0 @maximum 1000 @unit Hz */
  @config()
  frameRate = 30;
  /** The value to begin with. */
  @config()
  initial: number | string | boolean | null | number[] | { [key: string]: number | string | boolean | null } = null;
  /** The type of each field of the empty batches, by name. */
  @config()
  fields: Record<string, PacketNumber> = { value: "f64" };

  #nodeId = "";
  #delayNs = 0;
  #frames = 0;
  /** How many frames wait for newer ones. */
  #held = 0;
  /** Blank frames, or samples of silence: to be written, and written. */
  #blanks = 0;
  #primed = 0;

  /**
   * Checks that the input's link can hold the waiting frames, and asks for a tick before the first frame where blank ones
   * come before it.
   *
   * @throws {SluiceError} `InvalidConfig` if it cannot, and for `prime` where there are no blank frames
   */
  setup(context: ProcessorContext): void {
    const { nodeId } = context;
    const isSound = this.frameOut.kind === "audio";
    this.#nodeId = nodeId;
    this.#frames = this.delayFrames ?? Number(this.delayMs === 0 || (this.prime && !isSound));
    this.#delayNs = Math.round(this.delayMs * 1e6);
    if (this.prime) this.#planBlanks(isSound);
    this.#held = this.prime ? 0 : this.#frames;
    const { capacity } = this.frameIn;
    if (this.frameIn.connected && capacity <= this.#held) {
      const message = `Cannot delay by ${this.#held} frames at node "${nodeId}": they wait on the link to ` +
        `"frameIn", which holds ${capacity}, wanted at least ${this.#held + 1}; raise the capacity of that link`;
      throw new SluiceError("InvalidConfig", message, { nodeId, key: "delayFrames" });
    }
    if (this.#blanks > 0) context.waitUntilNs(1);
  }

  /**
   * Writes the blank frames one by one, then passes on what is due.
   *
   * @throws {SluiceError} `TypeMismatch` if a block that follows the silence has another rate or number of channels
   */
  process(context: ProcessorContext): void {
    if (this.#primed === this.#blanks) return this.#pass(context, this.#held);
    const output = this.frameOut as StreamOutput;
    if (output.kind === "audio") this.#primed += this.#writeSilence(output as StreamOutput<AudioFrame>);
    else {
      const blank = acquireBlank(output, this);
      if (blank !== undefined) {
        blank.ptsNs = this.#primed++ * blank.durationNs;
        output.write(blank);
      }
    }
    context.waitUntilNs(1);
  }

  /** Passes on the frames that waited for newer ones. */
  flush(context: ProcessorContext): boolean {
    this.#pass(context, 0);
    return this.frameIn.queued > 0;
  }

  /** Gives what a successor goes on from: it writes no more blank frames than were left to write. */
  snapshot(): unknown {
    return carry("delay", { left: this.#blanks - this.#primed });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ left: number }>("delay", state);
    if (from !== undefined) this.#primed = Math.max(0, this.#blanks - from.left);
  }

  #planBlanks(isSound: boolean): void {
    const nodeId = this.#nodeId;
    const attempt = `Cannot begin with blank frames at node "${nodeId}"`;
    if (this.frameOut.kind === "encoded") {
      const message = `${attempt}: no blank frame suits every decoder; leave "prime" out, or delay what is decoded`;
      throw new SluiceError("InvalidConfig", message, { nodeId, key: "prime" });
    }
    if (!isSound) {
      this.#blanks = this.#frames;
      return;
    }
    if (this.delayMs === 0 || this.delayFrames !== undefined) {
      const message = `${attempt}: silence is as long as "delayMs" says, found ${
        this.delayMs === 0 ? "none" : '"delayFrames" beside it'
      }; write "delayMs" alone`;
      throw new SluiceError("InvalidConfig", message, { nodeId, key: "delayMs" });
    }
    this.#blanks = Math.round(this.delayMs * this.sampleRateHz / 1000);
    // Sound goes on exactly where the silence before it ends.
    this.#delayNs = Math.round(this.#blanks * 1e9 / this.sampleRateHz);
  }

  /** @returns how many samples it has written */
  #writeSilence(output: StreamOutput<AudioFrame>): number {
    const { sampleRateHz } = this;
    const frame = acquireSilence(output, this, this.#blanks - this.#primed);
    if (frame === undefined) return 0;
    const { sampleCount } = frame;
    frame.ptsNs = Math.round(this.#primed * 1e9 / sampleRateHz);
    output.write(frame);
    return sampleCount;
  }

  #pass(context: ProcessorContext, held: number): void {
    while (this.frameIn.queued > held) {
      const head = this.frameIn.peek();
      if (head === undefined) return;
      if (this.prime && head.kind === "audio") this.#assertFits(head as Frame as AudioFrame);
      const dueNs = head.ingressNs + this.#delayNs;
      if (context.mode === "live" && dueNs > context.nowNs()) {
        this.#assertHeld(head.durationNs);
        return context.waitUntilNs(dueNs);
      }
      const frame = this.frameIn.read();
      if (frame === undefined) return;
      const byNs = this.#delayNs + this.#frames * frame.durationNs;
      this.frameOut.write(byNs === 0 ? frame : shifted(frame, byNs));
    }
  }

  /** What a full link loses, or keeps out, while its oldest frame is not due yet: no delay would be heard. */
  #assertHeld(durationNs: number): void {
    const { capacity, queued } = this.frameIn;
    // One more, since durations are rounded.
    const wanted = Math.ceil(this.#delayNs / (durationNs + 1));
    if (queued < capacity || capacity >= wanted || durationNs === 0) return;
    throw new SluiceError(
      "InvalidConfig",
      `Cannot delay by ${this.delayMs} ms at node "${this.#nodeId}": frames of ${
        durationNs / 1e6
      } ms wait on the link to ` +
        `"frameIn", which holds ${capacity}, wanted at least ${wanted}; raise the capacity of ` +
        "that link",
      { nodeId: this.#nodeId, port: "frameIn", key: "delayMs" },
    );
  }

  #assertFits(frame: AudioFrame): void {
    const { sampleRateHz, channels } = this;
    if (frame.sampleRateHz === sampleRateHz && frame.channels === channels) return;
    const silence = describeFormat({ kind: "audio", sampleRateHz, channels });
    throw new SluiceError(
      "TypeMismatch",
      `Cannot delay "${this.#nodeId}.frameIn": it has ${describeFormat(frame.format)}, and the silence that "prime" ` +
        `writes is ${silence}; set "sampleRateHz" and "channels" of "${this.#nodeId}" to those of its input`,
      { nodeId: this.#nodeId, port: "frameIn" },
    );
  }
}

function shifted<F extends Frame>(frame: F, byNs: number): F {
  const own = frame.writable();
  own.ptsNs += byNs;
  if (own.kind === "encoded") (own as Frame as EncodedFrame).dtsNs += byNs;
  return own;
}
