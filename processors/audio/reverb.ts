/**
 * The `reverb` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { type AudioFormat, describeFormat } from "../../core/frames/format.ts";
import { kernels } from "../../kernels/kernels.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { OddSamples } from "./odd_samples.ts";
import { decaySamples, Reverberator, type RoomState } from "./reverberator.ts";
import { samplesToNs } from "./sample_time.ts";

const TAIL_BLOCK = 1024;

/** What a successor goes on from. */
interface ReverbState {
  format: AudioFormat | undefined;
  rooms: RoomState[];
  /** Wet and dry of the newest block. */
  amounts: [number, number];
  endNs: number;
  /** Samples of the tail in all, and done. */
  tail: [number, number];
}

/**
 * Puts audio into a room.
 *
 * **Purpose.** Adds reverberation. The room gets the average of all channels and answers slightly differently on each.
 * The tail follows the end of the stream until it is 60 dB quieter: 0.3 s (room size 0) to 12.7 s (1), at most
 * `maxTailSeconds`. Live changes glide over one block. Samples that are not finite stay out of the room; the figure
 * `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream.
 *
 * **Outputs.** `audioOut`: the blocks that came in, each with its times, then the tail in blocks of 1,024 samples.
 *
 * **Config.** `roomSize`, `damping`, `wet`, `dry` (all live), `maxTailSeconds`.
 *
 * **Example.**
 * ```json
 * { "hall": { "type": "reverb", "config": { "roomSize": 0.8, "wet": 0.4 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "effect", "room", "hall", "echo"],
  figures: ["notFinite"],
})
export class Reverb {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** How long the room sounds. @minimum 0 @maximum 1 */
  @config({ live: true })
  roomSize = 0.5;
  /** How much faster high frequencies die away. @minimum 0 @maximum 1 */
  @config({ live: true })
  damping = 0.5;
  /** How much of the room is in the output. @minimum 0 @maximum 1 */
  @config({ live: true })
  wet = 0.33;
  /** How much of the input is in the output. @minimum 0 @maximum 1 */
  @config({ live: true })
  dry = 1;
  /** Longest tail. @minimum 0 @maximum 60 @unit s */
  @config()
  maxTailSeconds = 10;

  readonly #odd = new OddSamples();
  #nodeId = "";
  #rooms: Reverberator[] = [];
  #input = new Float64Array(0);
  #format: AudioFormat | undefined;
  #wet = 0;
  #dry = 0;
  #endNs = 0;
  #tail = -1;
  #tailDone = 0;

  /** Starts with the amounts of the first block. */
  setup(context: ProcessorContext): void {
    this.#nodeId = context.nodeId;
    this.#wet = this.wet;
    this.#dry = this.dry;
  }

  /** Adds the room to every queued block. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      if (frame.sampleCount > this.#input.length || this.#rooms.length === 0) this.#makeRooms(frame);
      if (frame.channels !== this.#rooms.length || frame.sampleRateHz !== this.#format!.sampleRateHz) {
        this.#refuseChange(frame);
      }
      this.#tail = -1;
      this.#tailDone = 0;
      const own = frame.writable();
      this.#endNs = own.ptsNs + samplesToNs(own.sampleCount, own.sampleRateHz);
      this.#odd.report(own, context);
      this.#render(own);
      this.audioOut.write(own);
    }
  }

  /** Writes one block of the tail. */
  flush(): boolean {
    const format = this.#format;
    if (format === undefined || this.wet === 0) return false;
    const { sampleRateHz } = format;
    if (this.#tail < 0) {
      const most = Math.round(this.maxTailSeconds * sampleRateHz);
      this.#tail = Math.min(most, decaySamples(this.roomSize, sampleRateHz));
    }
    const sampleCount = Math.min(this.#tail - this.#tailDone, tailBlock(format.channels));
    if (sampleCount <= 0) return false;
    const frame = this.audioOut.tryAcquire({ sampleRateHz, channels: format.channels, sampleCount });
    if (frame === undefined) return true;
    if (sampleCount > this.#input.length) this.#makeRooms(frame);
    for (let channel = 0; channel < format.channels; channel++) frame.channel(channel).fill(0);
    this.#render(frame);
    const fromNs = samplesToNs(this.#tailDone, sampleRateHz);
    this.#tailDone += sampleCount;
    frame.ptsNs = this.#endNs + fromNs;
    frame.durationNs = samplesToNs(this.#tailDone, sampleRateHz) - fromNs;
    this.audioOut.write(frame);
    return this.#tailDone < this.#tail;
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("reverb", this.#state());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<ReverbState>("reverb", state);
    if (from === undefined) return;
    if (from.format === undefined) return;
    this.#makeRooms({ ...from.format, sampleCount: 0 });
    for (const [channel, room] of from.rooms.entries()) this.#rooms[channel].restore(room);
    [this.#wet, this.#dry] = from.amounts;
    this.#endNs = from.endNs;
    [this.#tail, this.#tailDone] = from.tail;
  }

  #state(): ReverbState {
    return {
      format: this.#format,
      rooms: this.#rooms.map((room) => room.snapshot()),
      amounts: [this.#wet, this.#dry],
      endNs: this.#endNs,
      tail: [this.#tail, this.#tailDone],
    };
  }

  #render(frame: AudioFrame): void {
    const count = frame.sampleCount;
    const channels = frame.channels;
    const mono = this.#input.fill(0, 0, count);
    for (let channel = 0; channel < channels; channel++) kernels.widen(mono, frame.channel(channel), 1 / channels);
    kernels.mend(mono, count);
    for (let channel = 0; channel < channels; channel++) {
      const room = this.#rooms[channel].render(mono, count, this.roomSize, this.damping);
      kernels.blend(frame.channel(channel), room, this.#dry, this.dry, this.#wet, this.wet);
    }
    this.#wet = this.wet;
    this.#dry = this.dry;
  }

  #makeRooms(frame: Pick<AudioFrame, "channels" | "sampleRateHz" | "sampleCount">): void {
    const { channels, sampleRateHz, sampleCount } = frame;
    this.#input = kernels.float64(Math.max(sampleCount, this.#input.length));
    if (this.#rooms.length > 0) {
      for (const room of this.#rooms) room.reserve(sampleCount);
      return;
    }
    this.#format = { kind: "audio", channels, sampleRateHz };
    this.#rooms = Array.from({ length: channels }, (_, k) => new Reverberator(k, sampleRateHz, sampleCount));
  }

  #refuseChange(frame: AudioFrame): never {
    const converter = frame.channels === this.#rooms.length ? "resampler" : "channel-mapper";
    throw new SluiceError(
      "TypeMismatch",
      `Cannot go on in "${this.#nodeId}": "${this.#nodeId}.audioIn" changed from ${describeFormat(this.#format!)} to ` +
        `${describeFormat(frame.format)}; put a "${converter}" before it`,
      { nodeId: this.#nodeId, port: "audioIn", available: [converter] },
    );
  }
}

function tailBlock(channels: number): number {
  return Math.min(TAIL_BLOCK, Math.floor(16_384 / channels));
}
