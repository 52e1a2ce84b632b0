import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** What a picker carries. */
export interface Reading {
  /** A level. */
  level: number;
}

/** Adds as many streams as its type says. */
@processor()
export class Mixer<N extends 2 | 4> {
  @input({ array: "N" })
  audioIn!: StreamInput<AudioFrame<1>>[];
  @output()
  audioOut!: StreamOutput<AudioFrame<N>>;
  /** Channels of the mix: as many as streams. */
  @config()
  channels!: N;

  process(): void {
    for (const port of this.audioIn) port.read();
  }
}

export type Stereo = Mixer<2>;
/** Adds four streams. */
export type Quad = Mixer<4>;

/** Passes values on. */
@processor({ name: "pick" })
export class Picker<T, N extends number = 1> {
  @input()
  dataIn!: StreamInput<DataFrame<T>>;
  @output()
  dataOut!: StreamOutput<DataFrame<T>>;
  /** One of every so many. */
  @config()
  every!: N;

  process(): void {
    const frame = this.dataIn.read();
    if (frame !== undefined) this.dataOut.write(frame);
  }
}

export type ReadingPicker = Picker<Reading>;
export type TextPicker = Picker<string, 3>;
