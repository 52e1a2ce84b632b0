import { input, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";
import type { Elsewhere } from "./values.ts";

/** @frame */
export type Imu = { x: number };

/** A reading. @frame */
export class Reading {
  x = 1;
}

/**
 * A state.
 *
 * @frame
 */
export enum State {
  On,
  Off,
}

/** Is no @frame type at all. */
export type Plain = { x: number };

@processor()
export class Bad {
  @input()
  imu!: StreamInput<DataFrame<Imu>>;
  @input()
  elsewhere!: StreamInput<DataFrame<Elsewhere>>;
  @input()
  plain!: StreamInput<DataFrame<Plain>>;

  process(): void {}
}
