import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

const marks = { seen: (_class: unknown, _context: ClassDecoratorContext): void => {} };

// deno-fmt-ignore: it takes the brackets of the decorator away
/** Ours. Not documented: its ports. */
@(marks["seen"])
@processor()
export class Ours {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {
    this.audioIn.read();
  }
}
