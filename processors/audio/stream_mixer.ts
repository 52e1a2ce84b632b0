/**
 * What the mixers share: adding streams of audio sample by sample, aligned by their times.
 *
 * @module
 */
import { config, output } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { carried, carry } from "./carried.ts";
import { MixerInput, type MixerInputState } from "./mixer_input.ts";
import { samplesToNs } from "./sample_time.ts";

/** Most samples of a block, over all channels: what a slot of the default audio pool holds. */
const MAX_BLOCK_VALUES = 16_384;

/** What a successor goes on from. */
interface MixState {
  inputs: MixerInputState[];
  started: boolean;
  resumes: boolean;
  /** Start, position, sample rate and channels of the mix, and where the last one ended. */
  numbers: [number, number, number, number, number];
}

/** The base of the mixers; subclasses declare the inputs. */
export abstract class StreamMixer {
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
  #sampleRateHz = 0;
  #outChannels = 0;
  /** Where the last mix ended; the next one does not begin earlier. */
  #restedNs = -Infinity;
  #resumes = false;
  #shape = { sampleRateHz: 1, channels: 1, sampleCount: 0 };

  /**
   * Mixes as far as every running stream reaches; at most one block for each frame that it reads, which is the room it
   * has.
   */
  process(): void {
    this.#rest();
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

  /** Mixes what ended streams left behind. */
  flush(): boolean {
    if (!this.#started && !this.#start()) return false;
    const count = this.#reach();
    if (count > 0) this.#mix(count);
    return this.#reach() > 0;
  }

  /** Gives what a successor goes on from: a mixer of either type. */
  snapshot(): unknown {
    return carry("mixer", this.#state());
  }

  /** Goes on from there. With other `channels` the mix begins anew. */
  restore(state: unknown): void {
    const from = carried<MixState>("mixer", state);
    if (from === undefined) return;
    const [startNs, position, sampleRateHz, channels, restedNs] = from.numbers;
    if (from.started && this.channels > 0 && this.channels !== channels) return;
    for (const each of this.#inputs) {
      const known = from.inputs.find(({ port }) => port === each.port.name);
      if (known !== undefined) each.restore(known);
    }
    this.#started = from.started;
    this.#resumes = from.resumes;
    [this.#startNs, this.#position, this.#sampleRateHz, this.#outChannels] = [
      startNs,
      position,
      sampleRateHz,
      channels,
    ];
    this.#restedNs = restedNs;
    this.#shape = { sampleRateHz, channels, sampleCount: 0 };
  }

  /**
   * Mixes these inputs from now on. Samples of other inputs that were read and not mixed are left out.
   *
   * @param nodeId for messages
   */
  protected mixInputs(nodeId: string, ports: readonly StreamInput<AudioFrame>[]): void {
    this.#nodeId = nodeId;
    this.#inputs = ports.map((port) => this.#inputs.find((each) => each.port === port) ?? new MixerInput(port));
    this.#rest();
  }

  #state(): MixState {
    return {
      inputs: this.#inputs.map((each) => each.snapshot()),
      started: this.#started,
      resumes: this.#resumes,
      numbers: [this.#startNs, this.#position, this.#sampleRateHz, this.#outChannels, this.#restedNs],
    };
  }

  /** Ends the mix once every stream has ended and everything is mixed. The next stream starts another mix. */
  #rest(): void {
    if (!this.#started) return;
    for (let k = 0; k < this.#inputs.length; k++) {
      if (this.#inputs[k].length > 0 || !this.#inputs[k].port.ended) return;
    }
    this.#restedNs = this.#startNs + samplesToNs(this.#position, this.#sampleRateHz);
    this.#started = false;
    this.#sampleRateHz = 0;
    this.#position = 0;
  }

  /** Takes frames until some samples can be mixed. */
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
      each.take(frame, this.#started ? this.#startNs : undefined, this.#position);
    }
    return any;
  }

  /** Begins the mix, with the earliest stream, once every stream has begun or ended. */
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
    this.#resumes = this.#restedNs !== -Infinity;
    startNs = Math.max(startNs, this.#restedNs);
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

  /**
   * How many samples can be mixed now: as many as the shortest running stream has, or if all have ended, the longest.
   */
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
    const factor = this.#factor();
    for (let channel = 0; channel < this.#outChannels; channel++) {
      const target = frame.channel(channel);
      target.fill(0);
      for (let k = 0; k < this.#inputs.length; k++) this.#inputs[k].addTo(target, channel, factor);
    }
    for (let k = 0; k < this.#inputs.length; k++) this.#inputs[k].drop(count);
    const fromNs = samplesToNs(this.#position, this.#sampleRateHz);
    this.#position += count;
    frame.ptsNs = this.#startNs + fromNs;
    frame.durationNs = samplesToNs(this.#position, this.#sampleRateHz) - fromNs;
    frame.discontinuity = this.#resumes;
    this.#resumes = false;
    this.audioOut.write(frame);
    return true;
  }

  #factor(): number {
    if (this.strategy === "sum") return 1;
    let connected = 0;
    for (let k = 0; k < this.#inputs.length; k++) if (this.#inputs[k].port.connected) connected++;
    return connected === 0 ? 1 : 1 / connected;
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
