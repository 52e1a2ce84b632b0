import type { F32, FixedArray, I16, I8, U16, U32, U8 } from "../../../../core/frames/struct_layout.ts";
import { input, output, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/**
 * A place in space, metres.
 *
 * @frame
 */
export interface Place {
  x: number;
  y: number;
  isKnown: boolean;
}

/**
 * What an inertial sensor measured.
 *
 * @frame
 */
export interface ImuReading {
  sensor: U8;
  timeNs: number;
  /** Metres a second, squared. */
  acceleration: FixedArray<F32, 3>;
  temperature: F32;
  count: U32;
  offset: I16;
  gain: U16;
  sign: I8;
  isValid: boolean;
  place: Place;
  trail: FixedArray<Place, 2>;
  type: F32;
}

/** Passes readings on. */
@processor()
export class ImuFilter {
  @input()
  readingsIn!: StreamInput<DataFrame<ImuReading>>;
  @output()
  readingsOut!: StreamOutput<DataFrame<ImuReading>>;

  process(): void {
    const frame = this.readingsIn.read();
    if (frame !== undefined) this.readingsOut.write(frame);
  }
}
