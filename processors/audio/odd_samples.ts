/**
 * Samples that are not finite: one of them would stay for ever in a filter that goes on from its own output, so that
 * nodes keep them out of their states, and count them.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { ProcessorContext } from "../../core/processor.ts";

/** Counts them for a node. */
export class OddSamples {
  #count = 0;

  /** How many there were, for the figure `notFinite`. */
  get count(): number {
    return this.#count;
  }

  /** Counts those of a block. @returns how many it has */
  countIn(frame: AudioFrame): number {
    let found = 0;
    for (let channel = 0; channel < frame.channels; channel++) {
      const samples = frame.channel(channel);
      for (let i = 0; i < samples.length; i++) if (samples[i] - samples[i] !== 0) found++;
    }
    this.#count += found;
    return found;
  }

  /** Counts those of a block, and reports them, for a node that has no other figures. @returns how many it has */
  report(frame: AudioFrame, context: ProcessorContext): number {
    const found = this.countIn(frame);
    if (found > 0) context.report({ notFinite: this.#count });
    return found;
  }
}
