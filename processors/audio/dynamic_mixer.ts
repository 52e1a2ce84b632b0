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
 * **Purpose.** As `mixer`, for as many streams as there are inputs at the time. A stream that joins is heard from where
 * its times meet the mix: what lies before that is left out; but one that is more than a second behind, such as a
 * source that was added while the graph runs, is put where the mix stands. Once an input is removed, nothing more of it
 * is heard. While no stream goes on the mix rests; the next stream begins it anew, marked as a discontinuity.
 *
 * **Inputs.** `audioIn_0`, `audioIn_1`, …, up to 64: one sample rate for all of them; mono, or as many channels as the
 * mix has.
 *
 * **Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.
 *
 * **Config.** `strategy`, `channels`.
 *
 * **Example.**
 * ```json
 * { "room": { "type": "dynamic-mixer", "config": { "channels": 2 } } }
 * ```
 */
@processor({ tags: ["audio", "mix", "sum", "add", "join", "dynamic"] })
export class DynamicMixer extends StreamMixer {
  /** The streams. */
  @input({ dynamic: true })
  audioIn!: StreamInput<AudioFrame>[];

  /** Takes up the inputs. */
  setup(context: ProcessorContext): void {
    this.mixInputs(context.nodeId, this.audioIn);
  }

  /** Takes up those that were added, lets go of those that were removed. */
  portsChanged(context: ProcessorContext): void {
    this.mixInputs(context.nodeId, this.audioIn);
  }
}
