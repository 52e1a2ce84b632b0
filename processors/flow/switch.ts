/**
 * The `switch` processors, one for each kind of frame.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { PacketFieldsOf, PacketFrame } from "../../core/frames/packet_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";

abstract class Switch<F extends Frame> {
  @input({ array: 8 })
  frameIn!: StreamInput<F>[];
  @output()
  frameOut!: StreamOutput<F>;
  /** Number of the input whose frames pass. @integer @minimum 0 @maximum 7 */
  @config({ live: true })
  active = 0;

  #last = -1;

  /** Passes on the frames of the active input, and drops those of the others. */
  process(): void {
    for (const [at, port] of this.frameIn.entries()) {
      let frame;
      while ((frame = port.read()) !== undefined) {
        const changed = this.#last >= 0 && this.#last !== at;
        if (at !== this.active || (changed && !this.canBegin(frame))) {
          frame.release();
          continue;
        }
        const own = changed ? frame.writable() : frame;
        if (changed) own.discontinuity = true;
        this.#last = at;
        this.frameOut.write(own);
      }
    }
  }

  /** Whether a stream can begin with a frame after a change. */
  protected canBegin(_frame: F): boolean {
    return true;
  }
}

/**
 * Hands on one of up to eight streams of audio.
 *
 * **Purpose.** Drops the blocks of the other inputs as they arrive, so that no writer waits, and a change takes effect
 * with the next block. The first block from another input is flagged as a discontinuity.
 *
 * **Inputs.** `frameIn_0` to `frameIn_7`.
 *
 * **Outputs.** `frameOut`: the blocks of the active input, untouched.
 *
 * **Config.** `active` (live).
 *
 * **Example.**
 * ```json
 * { "pick": { "type": "audio-switch", "config": { "active": 1 } } }
 * ```
 */
@processor({ tags: ["audio", "select", "choose", "switch"] })
export class AudioSwitch<C extends number> extends Switch<AudioFrame<C>> {}

/** Hands on one of up to eight streams of video: as `audio-switch`. */
@processor({ tags: ["video", "select", "choose", "switch"] })
export class VideoSwitch extends Switch<VideoFrame> {}

/** Hands on one of up to eight streams of values: as `audio-switch`. */
@processor({ tags: ["data", "select", "choose", "switch"] })
export class DataSwitch<T> extends Switch<DataFrame<T>> {}

/**
 * Hands on one of up to eight streams of encoded frames: as `audio-switch`. After a change, nothing passes until a key
 * frame.
 */
@processor({ tags: ["encoded", "select", "choose", "switch"] })
export class EncodedSwitch extends Switch<EncodedFrame> {
  protected override canBegin(frame: EncodedFrame): boolean {
    return frame.keyframe;
  }
}

/** Hands on one of up to eight streams of batches of records: as `audio-switch`. */
@processor({ tags: ["packet", "sensor", "select", "choose", "switch"] })
export class PacketSwitch<T extends PacketFieldsOf<T>> extends Switch<PacketFrame<T>> {}
