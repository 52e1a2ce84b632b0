import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { PacketFieldsOf, PacketFrame } from "../../../../core/frames/packet_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Two values of one time. */
export interface Pair<A, B> {
  /** The first. */
  readonly a: A;
  /** The second. */
  readonly b: B;
}

/** A level. */
export interface Reading {
  /** In decibels. */
  readonly levelDb: number;
}

/** Hands values on. */
@processor()
export class Hold<T> {
  @input()
  dataIn!: StreamInput<DataFrame<T>>;
  @output()
  dataOut!: StreamOutput<DataFrame<T>>;

  process(): void {
    for (const frame of this.dataIn.drain()) this.dataOut.write(frame);
  }
}

/** What holds records and channels has in common. */
abstract class Latch<F extends PacketFrame | AudioFrame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;

  process(): void {
    for (const frame of this.frameIn.drain()) this.frameOut.write(frame);
  }
}

/** Hands records on. */
@processor()
export class PacketLatch<T extends PacketFieldsOf<T>> extends Latch<PacketFrame<T>> {}

/** Hands audio on. */
@processor()
export class AudioLatch<C extends number> extends Latch<AudioFrame<C>> {}

/** Joins values: what goes out is made of what comes in. */
@processor()
export class Zip<A, B> {
  @input({ array: "inputs" })
  first!: StreamInput<DataFrame<A>>[];
  @input()
  second!: StreamInput<DataFrame<B>>;
  @output()
  pairs!: StreamOutput<DataFrame<Pair<A, B>>>;
  /** Streams of the first. @integer @minimum 1 @maximum 4 */
  @config()
  inputs = 2;

  process(): void {
    for (const port of this.first) port.read();
    this.second.read();
  }
}

/** Takes pairs of readings. */
@processor()
export class Show {
  @input()
  pairs!: StreamInput<DataFrame<Pair<Reading, number>>>;

  process(): void {
    this.pairs.read();
  }
}
