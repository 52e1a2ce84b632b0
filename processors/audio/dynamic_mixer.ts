/**
 * The `dynamic-mixer` processor.
 *
 * @module
 */
import { input, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { StreamMixer } from "./stream_mixer.ts";

/**
 * Adds streams of audio that come and go.
 *
 * **Purpose.** Works as `mixer` for inputs that are added and removed. A stream that joins is mixed from where its
 * times meet the mix; earlier samples are left out. A stream more than a second behind, such as a source that was added
 * while the graph runs, is put at the current place of the mix. Removing an input ends its part at once. While every
 * stream has ended, the mix stops; the next stream starts a new one, marked as a discontinuity.
 *
 * **Inputs.** `audioIn_0`, `audioIn_1`, …, up to 64, and as many of names of their own, such as `guitar`, of kind
 * `audio`: one sample rate for all of them; mono, or as many channels as the mix has.
 *
 * **Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.
 *
 * **Config.** `strategy`, `channels`.
 *
 * **Example.**
 * ```json
 * { "room": { "type": "dynamic-mixer", "config": { "channels": 2 }, "ports": [{ "input": "guitar", "kind": "audio" }] } }
 * ```
 */
@processor({ keeps: ["sampleRateHz"], tags: ["audio", "mix", "sum", "add", "join", "dynamic"] })
export class DynamicMixer extends StreamMixer {
  /** The streams. */
  @input({ dynamic: true })
  audioIn!: StreamInput<AudioFrame>[];
  /** The streams that have names. */
  @input({ dynamic: { named: true } })
  voices!: StreamInput<AudioFrame>[];

  /** Connects the mix to the inputs. */
  setup(context: ProcessorContext): void {
    this.mixInputs(context.nodeId, [...this.audioIn, ...this.voices]);
  }

  /** Adds new inputs to the mix, and removes the others. */
  portsChanged(context: ProcessorContext): void {
    this.setup(context);
  }
}
