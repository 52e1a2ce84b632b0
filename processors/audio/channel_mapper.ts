/**
 * The `channel-mapper` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { channelMatrix, usualLayout } from "./channel_matrix.ts";

/**
 * Converts the number of channels.
 *
 * **Purpose.** Mixes channels down as in ITU-R BS.775, scaled so that nothing exceeds full scale, and up by copying
 * mono to left and right, or to the centre if the output has one. Each number of channels stands for its usual layout,
 * from mono to 7.1 in the order of WAV files. Blocks that have the wanted number pass untouched.
 *
 * **Inputs.** `audioIn`: any number of channels, which may change.
 *
 * **Outputs.** `audioOut`: the wanted number of channels, with the same times.
 *
 * **Config.** `channels`.
 *
 * **Example.**
 * ```json
 * { "toMono": { "type": "channel-mapper", "config": { "channels": 1 } } }
 * ```
 */
@processor({ tags: ["audio", "channels", "convert", "downmix", "upmix", "mono", "stereo"], converts: ["channels"] })
export class ChannelMapper {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Channels of the output. @integer @minimum 1 @maximum 64 */
  @config()
  channels = 2;

  #matrix: Float64Array[] = [];
  #from = 0;
  #shape = { sampleRateHz: 0, channels: 1, sampleCount: 0 };

  /** Maps every queued block. */
  process(): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      if (frame.channels === this.channels) {
        this.audioOut.write(frame);
        continue;
      }
      this.#prepare(frame);
      const mapped = this.audioOut.tryAcquire(this.#shape);
      if (mapped === undefined) return;
      for (let channel = 0; channel < this.channels; channel++) {
        mixInto(mapped.channel(channel), frame, this.#matrix[channel]);
      }
      mapped.copyTimes(frame);
      this.audioOut.write(mapped);
    }
  }

  /** Each block is mapped by itself: there is nothing that a successor goes on from. */
  snapshot(): unknown {
    return {};
  }

  /** Takes anything, since it goes on from nothing. */
  restore(): void {}

  #prepare(frame: AudioFrame): void {
    const { sampleRateHz, sampleCount } = frame;
    if (frame.channels !== this.#from) {
      this.#from = frame.channels;
      this.#matrix = channelMatrix(frame.channels, this.channels);
    }
    const shape = this.#shape;
    if (shape.sampleRateHz !== sampleRateHz) {
      shape.sampleRateHz = sampleRateHz;
      shape.channels = this.channels;
      this.audioOut.announce({
        kind: "audio",
        sampleRateHz,
        channels: this.channels,
        layout: usualLayout(this.channels),
      });
    }
    shape.sampleCount = sampleCount;
  }
}

function mixInto(target: Float32Array, frame: AudioFrame, weights: Float64Array): void {
  target.fill(0);
  for (let from = 0; from < weights.length; from++) {
    const weight = weights[from];
    if (weight === 0) continue;
    kernels.mix(target, 0, frame.channel(from), 0, target.length, weight);
  }
}
