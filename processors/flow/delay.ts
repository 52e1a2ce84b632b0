/**
 * The base of the `delay` processors for frames other than audio.
 *
 * @module
 */
import { config, input, output } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";

/** A delay by frames, by time, or both. Frames wait on the input's link, so that the node holds no slots. */
export abstract class Delay<F extends Frame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;
  /** How many frames later. @integer @minimum 0 @maximum 65535 @unit frames */
  @config()
  delayFrames = 1;
  /** How much later. @minimum 0 @maximum 60000 @unit ms */
  @config()
  delayMs = 0;

  #delayNs = 0;
  /** How many frames wait for newer ones. */
  #held = 0;
  #blanks = 0;

  /**
   * Checks that the input's link can hold the waiting frames.
   *
   * @throws {SluiceError} `InvalidConfig` if it cannot
   */
  setup(context: ProcessorContext): void {
    this.#delayNs = Math.round(this.delayMs * 1e6);
    this.#blanks = this.blankFrames();
    this.#held = this.#blanks > 0 ? 0 : this.delayFrames;
    const { capacity } = this.frameIn;
    if (this.frameIn.connected && capacity <= this.#held) {
      const message = `Cannot delay by ${this.#held} frames at node "${context.nodeId}": they wait on the link to ` +
        `"frameIn", which holds ${capacity}, wanted at least ${this.#held + 1}; raise the capacity of that link`;
      throw new SluiceError("InvalidConfig", message, { nodeId: context.nodeId, key: "delayFrames" });
    }
    if (this.#blanks > 0) context.waitUntilNs(1);
  }

  /** Writes the blank frames one by one, then passes on what is due. */
  process(context: ProcessorContext): void {
    if (this.#blanks === 0) return this.#pass(context, this.#held);
    const blank = this.acquireBlank();
    if (blank !== undefined) {
      blank.ptsNs = (this.delayFrames - this.#blanks--) * blank.durationNs;
      this.frameOut.write(blank);
    }
    context.waitUntilNs(1);
  }

  /** Passes on the frames that waited for newer ones. */
  flush(context: ProcessorContext): boolean {
    this.#pass(context, 0);
    return this.frameIn.queued > 0;
  }

  /** How many blank frames to begin with: 0, or as many as the delay. */
  protected blankFrames(): number {
    return 0;
  }

  /** A blank frame, acquired from the output; `undefined` if the pool is empty. */
  protected acquireBlank(): F | undefined {
    return undefined;
  }

  #pass(context: ProcessorContext, held: number): void {
    while (this.frameIn.queued > held) {
      const head = this.frameIn.peek();
      if (head === undefined) return;
      const dueNs = head.ingressNs + this.#delayNs;
      if (context.mode === "live" && dueNs > context.nowNs()) return context.waitUntilNs(dueNs);
      const frame = this.frameIn.read();
      if (frame === undefined) return;
      const byNs = this.#delayNs + this.delayFrames * frame.durationNs;
      this.frameOut.write(byNs === 0 ? frame : shifted(frame, byNs));
    }
  }
}

function shifted<F extends Frame>(frame: F, byNs: number): F {
  const own = frame.writable();
  own.ptsNs += byNs;
  if (own.kind === "encoded") (own as Frame as EncodedFrame).dtsNs += byNs;
  return own;
}
