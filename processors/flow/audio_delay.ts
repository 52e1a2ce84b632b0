/**
 * The `audio-delay` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";

/** Samples in a block of silence, over all channels. */
const SILENCE_SAMPLES = 4096;

/**
 * Delays audio, and makes a loop of links legal.
 *
 * **Purpose.** Moves the times of all blocks by `delayMs`. In a live graph a block leaves once it has been in the graph
 * for that long, and waits on the input's link until then; in an offline graph it leaves at once. With `prime` the
 * output begins with silence as long as the delay: a node of a loop that waits for all its inputs can then begin.
 *
 * **Inputs.** `audioIn`: any audio; with `prime`, of the rate and channels that are configured.
 *
 * **Outputs.** `audioOut`: the same samples, later.
 *
 * **Config.** `delayMs`, `prime`, `sampleRateHz` and `channels` of the silence.
 *
 * **Example.**
 * ```json
 * { "echo": { "type": "audio-delay", "config": { "delayMs": 250, "prime": true, "channels": 2 } } }
 * ```
 */
@processor({ delays: true, tags: ["audio", "delay", "echo", "feedback", "loop", "latency"] })
export class AudioDelay<C extends number> {
  @input()
  audioIn!: StreamInput<AudioFrame<C>>;
  @output()
  audioOut!: StreamOutput<AudioFrame<C>>;
  /** How much later. @minimum 0 @maximum 60000 @unit ms */
  @config()
  delayMs = 100;
  /** Begin with silence as long as the delay. */
  @config()
  prime = false;
  /** Sample rate of that silence. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48_000;
  /** Channels of that silence. @integer @minimum 1 @maximum 64 */
  @config()
  channels = 1;

  #nodeId = "";
  #delayNs = 0;
  /** Samples of silence: written, and to be written. */
  #primed = 0;
  #silence = 0;

  /** Asks for a tick before the first block, to write the silence. */
  setup(context: ProcessorContext): void {
    this.#nodeId = context.nodeId;
    this.#delayNs = Math.round(this.delayMs * 1e6);
    this.#silence = this.prime ? Math.round(this.delayMs * this.sampleRateHz / 1000) : 0;
    // A primed stream continues exactly where its silence ends.
    if (this.prime) this.#delayNs = Math.round(this.#silence * 1e9 / this.sampleRateHz);
    if (this.#silence > 0) context.waitUntilNs(1);
  }

  /**
   * Writes the silence block by block, then passes on what is due.
   *
   * @throws {SluiceError} `TypeMismatch` if a block that follows the silence has another rate or number of channels
   */
  process(context: ProcessorContext): void {
    if (this.#primed < this.#silence) {
      this.#writeSilence(context);
      return;
    }
    for (let head = this.audioIn.peek(); head !== undefined; head = this.audioIn.peek()) {
      if (this.prime) this.#assertFits(head);
      const dueNs = head.ingressNs + this.#delayNs;
      if (context.mode === "live" && dueNs > context.nowNs()) {
        context.waitUntilNs(dueNs);
        return;
      }
      const frame = this.audioIn.read();
      if (frame === undefined) return;
      const own = frame.writable();
      own.ptsNs += this.#delayNs;
      this.audioOut.write(own);
    }
  }

  #assertFits(frame: AudioFrame): void {
    const { sampleRateHz, channels } = this;
    if (frame.sampleRateHz === sampleRateHz && frame.channels === channels) return;
    const silence = describeFormat({ kind: "audio", sampleRateHz, channels });
    throw new SluiceError(
      "TypeMismatch",
      `Cannot delay "${this.#nodeId}.audioIn": it has ${describeFormat(frame.format)}, and the silence that "prime" ` +
        `writes is ${silence}; set "sampleRateHz" and "channels" of "${this.#nodeId}" to those of its input`,
      { nodeId: this.#nodeId, port: "audioIn" },
    );
  }

  #writeSilence(context: ProcessorContext): void {
    const { sampleRateHz, channels } = this;
    const sampleCount = Math.min(this.#silence - this.#primed, Math.max(1, Math.floor(SILENCE_SAMPLES / channels)));
    const frame = this.audioOut.tryAcquire({ sampleRateHz, channels: channels as C, sampleCount });
    if (frame !== undefined) {
      for (let channel = 0; channel < channels; channel++) frame.channel(channel).fill(0);
      frame.ptsNs = Math.round(this.#primed * 1e9 / sampleRateHz);
      this.#primed += sampleCount;
      this.audioOut.write(frame);
    }
    context.waitUntilNs(1);
  }
}
