/**
 * Hands on what a network source has read: each payload at the output of its kind, with its time, as the links have room.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { FrameKind } from "../../core/frames/format.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { FrameMaker, type FramePayload } from "../../core/app/payload_frames.ts";
import { ItemCheck } from "../../core/pipeline/item_check.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";

/** The outputs of a source, by kind. */
export interface OutputsByKind {
  readonly data: StreamOutput<DataFrame<unknown>>;
  readonly audio: StreamOutput<AudioFrame>;
  readonly video?: StreamOutput<VideoFrame>;
  readonly encoded?: StreamOutput<EncodedFrame>;
}

/** What is kept for each output. */
interface Output {
  readonly out: StreamOutput<Frame>;
  readonly maker: FrameMaker;
  readonly check: ItemCheck;
  /** When the sound that was written ends; below 0 where the next sound begins when it comes. */
  endNs: number;
  /** Whether anything was written. */
  hasBegun: boolean;
  /** Whether something is missing before what comes next. */
  isGap: boolean;
}

/** The outputs of one source. */
export class PayloadOutputs {
  readonly #outputs = new Map<FrameKind, Output>();
  readonly #quietNs: number;

  /**
   * @param quietNs sound that comes so much later than the sound before it ended has a gap before it; by default it
   * goes on where that ended, as in a stream that loses nothing
   */
  constructor(outputs: OutputsByKind, quietNs = Infinity) {
    this.#quietNs = quietNs;
    for (const [key, each] of Object.entries(outputs)) {
      const kind = key as FrameKind;
      const out = each as unknown as StreamOutput<Frame>;
      const check = new ItemCheck({ name: out.name, kind });
      this.#outputs.set(kind, { out, maker: new FrameMaker(), check, endNs: -1, hasBegun: false, isGap: false });
    }
  }

  /** Says that something is missing: what comes next is flagged if anything came before, and sound begins at the time at which it comes. */
  gap(): void {
    for (const output of this.#outputs.values()) {
      output.isGap = output.hasBegun;
      output.endNs = -1;
    }
  }

  /**
   * Writes a payload once the links have room. What nobody has linked is let go.
   *
   * @param nowNs when it came: its time, unless it tells its own
   * @throws {SluiceError} `TypeMismatch` for one of another format than the first, `LimitExceeded` for one that no slot
   * holds; whatever a wait is called off with
   */
  async write(payload: FramePayload, nowNs: number): Promise<void> {
    const kind = payload.kind === "text" || payload.kind === "bytes" ? "data" : payload.kind;
    const output = this.#outputs.get(kind);
    if (output === undefined || !output.out.connected) return;
    output.check.check(payload);
    const { out } = output;
    await out.ready();
    const ptsNs = payload.ptsNs ?? this.#startOf(output, payload, nowNs);
    const discontinuity = output.isGap || payload.discontinuity === true;
    let frame: Frame;
    try {
      frame = await output.maker.make(out, { ...payload, ptsNs, discontinuity });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new SluiceError("LimitExceeded", `Cannot hand a message on: ${error.message}`, { cause: error });
    }
    output.hasBegun = true;
    output.isGap = false;
    output.endNs = ptsNs + frame.durationNs;
    out.write(frame);
  }

  #startOf(output: Output, { kind }: FramePayload, nowNs: number): number {
    const { endNs } = output;
    if (kind !== "audio" || endNs < 0) return nowNs;
    if (nowNs - endNs <= this.#quietNs) return endNs;
    output.isGap = true;
    return nowNs;
  }
}
