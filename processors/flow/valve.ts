/**
 * The `valve` processors: one for each kind of frame that has one.
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

abstract class Valve<F extends Frame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;
  /** Whether frames pass. */
  @config({ live: true })
  open = true;

  #missed = false;

  /** Hands frames on, or drops them. */
  process(): void {
    let frame;
    while ((frame = this.frameIn.read()) !== undefined) {
      if (!this.open || (this.#missed && !this.canResume(frame))) {
        this.#missed = true;
        frame.release();
        continue;
      }
      const own = this.#missed ? frame.writable() : frame;
      if (this.#missed) own.discontinuity = true;
      this.#missed = false;
      this.frameOut.write(own);
    }
  }

  /** Whether the stream can go on with a frame after others were dropped. */
  protected canResume(_frame: F): boolean {
    return true;
  }
}

/**
 * Lets audio pass, or drops it.
 *
 * **Purpose.** What comes while it is closed is dropped at once, so nothing before it waits; the first block after
 * that is flagged as a discontinuity. The node's own figures tell how much: frames in less frames out.
 *
 * **Inputs.** `frameIn`.
 *
 * **Outputs.** `frameOut`: the same blocks, untouched.
 *
 * **Config.** `open` (live).
 *
 * **Example.**
 * ```json
 * { "mute": { "type": "audio-valve", "config": { "open": false } } }
 * ```
 */
@processor({ tags: ["audio", "gate", "mute", "drop", "valve"] })
export class AudioValve<C extends number> extends Valve<AudioFrame<C>> {}

/** Lets video pass, or drops it: as `audio-valve`. */
@processor({ tags: ["video", "gate", "drop", "valve"] })
export class VideoValve extends Valve<VideoFrame> {}

/** Lets values pass, or drops them: as `audio-valve`. */
@processor({ tags: ["data", "gate", "drop", "valve"] })
export class DataValve<T> extends Valve<DataFrame<T>> {}

/**
 * Lets encoded frames pass, or drops them: as `audio-valve`. When it opens again, the first that passes is a key frame.
 */
@processor({ tags: ["encoded", "gate", "drop", "valve"] })
export class EncodedValve extends Valve<EncodedFrame> {
  protected override canResume(frame: EncodedFrame): boolean {
    return frame.keyframe;
  }
}

/** Lets batches of records pass, or drops them: as `audio-valve`. */
@processor({ tags: ["packet", "sensor", "gate", "drop", "valve"] })
export class PacketValve<T extends PacketFieldsOf<T>> extends Valve<PacketFrame<T>> {}
