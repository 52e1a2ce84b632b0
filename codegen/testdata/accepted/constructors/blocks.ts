import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** Reads its configuration while it is made, and changes it later. */
@processor()
export class Blocks {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** Samples of a block. */
  @config({ live: true })
  size = 128;
  /** Weights. */
  @config()
  weights: number[] = [1, 2];
  readonly copy = { ...this };
  readonly sum = this.weights.map((each) => each * this.size).length + this.#half();
  readonly smaller: () => void = () => {
    this.size--;
  };
  readonly #handlers: { larger: () => void };
  readonly #reset: () => void;
  readonly #own: { size: number };

  constructor() {
    const { size } = this;
    const other = {
      size: 0,
      weights: [0],
      grow(): number {
        return this.size++;
      },
    };
    other.size = size;
    [other.weights[0]] = this.weights;
    this.#own = { size: this.size };
    this.#own.size = other.grow();
    this.#handlers = { larger: () => this.size++ };
    this.#reset = this.reset.bind(this);
    for (const name in this) void name;
    Object.assign(this, { taken: 1 });
    if (this instanceof Array || typeof this === "function" || "x" in this) throw new TypeError("Cannot be");
  }

  reset(): void {
    this.size = 128;
  }

  process(): void {
    this.#handlers.larger();
    this.#reset();
    if (this.#own.size > 1) this.smaller();
  }

  #half(): number {
    return this.size / 2;
  }
}
