import type { Duration } from "../../../../core/duration.ts";
import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";
/** One step of a curve. */
export interface Step {
  /** How long it takes. @maximum 10000 */
  readonly lengthMs: Duration;
  /** Where it leads to. @minimum 0 @maximum 1 */
  readonly level: number;
}

/** Follows a level. */
@processor()
export class Envelope {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** How fast it rises. @minimum 0 @maximum 5000 @example 20 @example 1.5 s */
  @config({ live: true })
  attackMs: Duration = 10;
  /** How long it stays. */
  @config()
  holdSeconds: Duration = 0.5;
  /** How fast it falls. @unit us */
  @config()
  release: Duration = 100;
  /** The curve. */
  @config()
  steps: readonly Step[] = [];
  /** How long each part takes: those without a unit in their name have that of the key. */
  @config()
  partsMs?: Record<"rise" | "fallSeconds", Duration>;
  /** Pauses, by what their names end in. */
  @config()
  pauses: Record<"firstMs" | "lastS", Duration>[] = [];
  /** Times of taps. */
  @config()
  tapsMs?: Duration[];

  process(): void {
    const frame = this.audioIn.read();
    if (frame !== undefined) this.audioOut.write(frame);
  }
}
