import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { FixedArray, I16, U8 } from "../../../../core/frames/struct_layout.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";
import type { Deep, Foreign, Json, Mark, Meters, Place, Report, Side } from "./shapes.ts";

/**
 * A finding.
 * It holds one of everything.
 */
export interface Finding extends Place {
  readonly name: string;
  readonly side: Side | "both";
  readonly marks: readonly Mark[];
  readonly pair: [string, number];
  readonly corners: readonly [Place, Place];
  readonly rest: [string, ...number[]];
  readonly distance: Meters;
  readonly when: Date | null;
  readonly spectrum?: Float32Array;
  readonly id: bigint;
  readonly byName: Record<string, Place>;
  readonly bySide: Partial<Record<Side, number>>;
  readonly table: Map<string, Place>;
  readonly maybe: number | undefined;
  readonly whatever: unknown;
  readonly foreign: Foreign;
  readonly asked: () => void;
  readonly worked: Place["x"];
  readonly part: Pick<Place, "x">;
  readonly report?: Report;
  measure(): number;
}

/** A tree of findings. */
export interface Tree<T> {
  readonly value: T;
  readonly left?: Tree<T>;
  readonly right: Tree<T> | null;
}

/**
 * Bytes.
 *
 * @frame
 */
export interface Sample {
  level: U8;
  offset: I16;
  place: FixedArray<U8, 3>;
  isValid: boolean;
}

export type Found = Tree<Finding>;

/** What was looked up, by what was asked. */
export interface Answer<Q> {
  readonly question: Q;
  readonly answer: Json;
}

/** Finds things. */
@processor()
export class Finder<Q> {
  @input()
  audio!: StreamInput<AudioFrame>;
  @input()
  questions!: StreamInput<DataFrame<Q>>;
  @output()
  answers!: StreamOutput<DataFrame<Answer<Q>>>;
  @output()
  findings!: StreamOutput<DataFrame<Finding>>;
  @output()
  found!: StreamOutput<DataFrame<Found>>;
  @output()
  samples!: StreamOutput<DataFrame<Sample>>;
  @output()
  deep!: StreamOutput<DataFrame<Deep<number>>>;
  @output()
  json!: StreamOutput<DataFrame<Json>>;
  @output()
  side!: StreamOutput<DataFrame<Side>>;
  @output()
  mark!: StreamOutput<DataFrame<Mark>>;
  @output()
  foreign!: StreamOutput<DataFrame<Foreign>>;
  @output()
  anything!: StreamOutput<DataFrame<unknown>>;

  process(): void {
    this.audio.read();
  }
}
