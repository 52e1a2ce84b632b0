/**
 * The `mixer` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { MixerInput } from "./mixer_input.ts";
import { samplesToNs } from "./sample_time.ts";

/** Most samples of a block, over all channels: what a slot of the default audio pool holds. */
const MAX_BLOCK_VALUES = 16_384;

/**
 * Adds several streams of audio.
 *
 * **Purpose.** Mixes up to eight streams of one sample rate into one, aligned by the times of their samples: a stream
 * that starts later, or has a gap, is silent there. Blocks may have any sizes. A stream that ends early is silent
 * from then on; the mix ends with the last one. A mono stream is put on the first two channels of a wider mix.
 *
 * **Inputs.** `audioIn_0` to `audioIn_7`, each optional: one sample rate for all of them; mono, or as many channels
 * as the mix has.
 *
 * **Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.
 *
 * **Config.** `strategy`, `channels`.
 *
 * **Example.**
 * ```json
 * { "mix": { "type": "mixer", "config": { "strategy": "average" } } }
 * ```
 */
@processor({ tags: ["audio", "mix", "sum", "add", "join"] })
export class Mixer {
  @input({ array: 8, optional: true })
  audioIn!: StreamInput<AudioFrame>[];
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** `sum` adds the samples; `average` divides the sum by the number of inputs that are connected, ended ones too. */
  @config()
  strategy: "sum" | "average" = "sum";
  /** Channels of the mix; 0 for as many as the widest input has. @integer @minimum 0 @maximum 64 */
  @config()
  channels = 0;

  #nodeId = "";
  #inputs: MixerInput[] = [];
  #started = false;
  #startNs = 0;
  #position = 0;
  #factor = 1;
  #sampleRateHz = 0;
  #outChannels = 0;
  #shape = { sampleRateHz: 1, channels: 1, sampleCount: 0 };

  /** Notes which inputs are connected. */
  setup(context: ProcessorContext): void {
    this.#nodeId = context.nodeId;
    this.#inputs = this.audioIn.filter((port) => port.connected).map((port) => new MixerInput(port));
    if (this.strategy === "average" && this.#inputs.length > 0) this.#factor = 1 / this.#inputs.length;
  }

  /** Mixes as far as every stream that goes on reaches; one block for each frame read, for so much room there is. */
  process(): void {
    let room = true;
    for (;;) {
      for (let k = 0; k < this.#inputs.length; k++) {
        if (this.#fill(this.#inputs[k])) room = true;
      }
      if (!this.#started && !this.#start()) return;
      const count = this.#reach();
      if (count === 0 || !room || !this.#mix(count)) return;
      room = false;
    }
  }

  /** Mixes what streams that have ended left behind. */
  flush(): boolean {
    if (!this.#started && !this.#start()) return false;
    const count = this.#reach();
    if (count > 0) this.#mix(count);
    return this.#reach() > 0;
  }

  /** Takes frames until there is something to mix. */
  #fill(each: MixerInput): boolean {
    let any = false;
    while (each.length === 0) {
      const frame = each.port.read();
      if (frame === undefined) break;
      any = true;
      if (this.#sampleRateHz === 0) this.#sampleRateHz = frame.sampleRateHz;
      if (frame.sampleRateHz !== this.#sampleRateHz) this.#refuseRate(each, frame);
      if (this.#started && frame.channels !== 1 && frame.channels !== this.#outChannels) {
        this.#refuseChannels(each, frame.channels);
      }
      each.take(frame, this.#started ? this.#startNs : undefined);
    }
    return any;
  }

  /** Begins when every stream has begun or ended: the mix starts with the earliest. */
  #start(): boolean {
    let startNs = Infinity;
    let widest = 0;
    for (const each of this.#inputs) {
      if (each.length === 0 && !each.port.ended) return false;
      if (each.length === 0) continue;
      startNs = Math.min(startNs, each.firstNs);
      widest = Math.max(widest, each.channels);
    }
    if (widest === 0) return false;
    this.#outChannels = this.channels > 0 ? this.channels : widest;
    for (const each of this.#inputs) {
      if (each.length > 0 && each.channels !== 1 && each.channels !== this.#outChannels) {
        this.#refuseChannels(each, each.channels);
      }
      each.begin(startNs, this.#sampleRateHz);
    }
    this.#startNs = startNs;
    this.#started = true;
    this.#shape = { sampleRateHz: this.#sampleRateHz, channels: this.#outChannels, sampleCount: 0 };
    this.audioOut.announce({ kind: "audio", sampleRateHz: this.#sampleRateHz, channels: this.#outChannels });
    return true;
  }

  /** Samples that can be mixed now: as many as the shortest stream has that goes on, else the longest that ended. */
  #reach(): number {
    let shortest = Infinity;
    let longest = 0;
    for (let k = 0; k < this.#inputs.length; k++) {
      const each = this.#inputs[k];
      if (!each.port.ended) shortest = Math.min(shortest, each.length);
      longest = Math.max(longest, each.length);
    }
    const most = Math.floor(MAX_BLOCK_VALUES / this.#outChannels);
    return Math.min(shortest === Infinity ? longest : shortest, most);
  }

  #mix(count: number): boolean {
    this.#shape.sampleCount = count;
    const frame = this.audioOut.tryAcquire(this.#shape);
    if (frame === undefined) return false;
    for (let channel = 0; channel < this.#outChannels; channel++) {
      const target = frame.channel(channel);
      target.fill(0);
      for (let k = 0; k < this.#inputs.length; k++) this.#inputs[k].addTo(target, channel, this.#factor);
    }
    for (let k = 0; k < this.#inputs.length; k++) this.#inputs[k].drop(count);
    const fromNs = samplesToNs(this.#position, this.#sampleRateHz);
    this.#position += count;
    frame.ptsNs = this.#startNs + fromNs;
    frame.durationNs = samplesToNs(this.#position, this.#sampleRateHz) - fromNs;
    this.audioOut.write(frame);
    return true;
  }

  #refuseRate(each: MixerInput, frame: AudioFrame): never {
    const other = this.#inputs.find((one) => one !== each && one.channels > 0);
    const known = {
      kind: "audio",
      sampleRateHz: this.#sampleRateHz,
      channels: other?.channels ?? each.channels,
    } as const;
    throw new SluiceError(
      "TypeMismatch",
      `Cannot mix "${this.#nodeId}.${each.port.name}" (${describeFormat(frame.format)}) with ` +
        `"${this.#nodeId}.${(other ?? each).port.name}" (${describeFormat(known)}): wanted one sample rate; ` +
        `put a "resampler" before one of them`,
      { nodeId: this.#nodeId, port: each.port.name, available: ["resampler"] },
    );
  }

  #refuseChannels(each: MixerInput, channels: number): never {
    throw new SluiceError(
      "TypeMismatch",
      `Cannot mix "${this.#nodeId}.${each.port.name}": it has ${channels} channels, wanted 1 or ${this.#outChannels} ` +
        `as in the mix; put a "channel-mapper" before it`,
      { nodeId: this.#nodeId, port: each.port.name, available: ["channel-mapper"] },
    );
  }
}
