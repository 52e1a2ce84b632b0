/**
 * The `mixer` processor.
 *
 * @module
 */
import { input, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { StreamMixer } from "./stream_mixer.ts";

/**
 * Adds several streams of audio.
 *
 * **Purpose.** Mixes up to eight streams of one sample rate into one, aligned by the times of their samples: a stream
 * that starts later, or has a gap, is silent there. Blocks may have any sizes. A stream that ends early is silent from
 * then on; the mix ends with the last one. A mono stream goes to the first two channels of a wider mix.
 *
 * **Inputs.** `audioIn_0` to `audioIn_7`, each optional: one sample rate for all of them; mono, or as many channels as
 * the mix has.
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
@processor({ keeps: ["sampleRateHz"], tags: ["audio", "mix", "sum", "add", "join"] })
export class Mixer extends StreamMixer {
  @input({ array: 8, optional: true })
  audioIn!: StreamInput<AudioFrame>[];

  /** Connects the mix to the inputs. */
  setup(context: ProcessorContext): void {
    this.mixInputs(context.nodeId, this.audioIn);
  }
}
