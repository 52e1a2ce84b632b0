import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { Frame } from "../../../../core/frames/frame.ts";
import type { VideoFrame } from "../../../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** What a patchbay's data outputs carry. */
export interface Reading {
  level: number;
}

/** What a patchbay hands on. */
type Patched = AudioFrame | VideoFrame | DataFrame<Reading>;

/** Hands what comes in by `mic` on to `micOut`, and so with every name. */
@processor()
export class Patchbay {
  /** Streams without names go nowhere. */
  @input({ dynamic: true })
  others!: StreamInput<AudioFrame>[];
  /** Streams come and go. */
  @input({ dynamic: { named: true, max: 4 } })
  sources!: StreamInput<Frame>[];
  /** One for each input that is to be heard. */
  @output({ dynamic: { named: true } })
  sinks!: StreamOutput<AudioFrame | VideoFrame | DataFrame<Reading>>[];

  process(): void {
    for (const port of this.others) for (const _ of port.drain());
    for (const port of this.sources) {
      const sink = this.sinks.find(({ name, kind }) => name === `${port.name}Out` && kind === port.kind);
      for (const frame of port.drain()) sink?.write(frame as Patched);
    }
  }
}
