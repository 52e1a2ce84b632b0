import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** What a fader is made with. */
export interface FaderSettings {
  /** How loud it starts. @minimum -60 @maximum 24 @unit dB */
  readonly startDb?: number;
  /** How it falls. */
  readonly curve: "line" | "bend";
  readonly steps?: readonly number[];
}

/** Scales blocks. */
abstract class Scaler {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** What samples are multiplied by. */
  @config({ live: true })
  factor = 1;

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) this.audioOut.write(frame);
  }
}

/** Takes its configuration in the constructor. */
@processor()
export class Fader extends Scaler {
  readonly settings: FaderSettings;

  constructor({ startDb = -3, curve, steps }: FaderSettings) {
    super();
    this.settings = { startDb, curve, steps };
  }
}

/** Inherits the constructor. */
@processor()
export class SlowFader extends Fader {}

/** Is made by a method. */
@processor()
export class Ramp extends Scaler {
  readonly #lengths: readonly number[];

  private constructor(lengths: readonly number[]) {
    super();
    this.#lengths = lengths;
  }

  static create(config: { readonly lengths: number[] }): Ramp {
    return new Ramp(config.lengths);
  }

  get lengths(): readonly number[] {
    return this.#lengths;
  }
}

/** Gets no argument: JSON cannot hold what it would take. */
@processor()
export class Spare extends Scaler {
  readonly now: () => number;

  constructor(options: { readonly now?: () => number } = {}) {
    super();
    this.now = options.now ?? (() => 0);
  }
}
