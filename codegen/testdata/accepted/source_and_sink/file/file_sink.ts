import { config, input, processor } from "../../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../../core/ports/stream.ts";
import type { ProcessorContext } from "../../../../../core/processor.ts";

/** Writes a file. */
@processor({ category: "storage" })
export class FileSink {
  @input()
  audio!: StreamInput<AudioFrame>;
  /** File to write. @minLength 1 */
  @config()
  path!: string;

  process(_context: ProcessorContext): Promise<void> | void {
    this.audio.read();
  }
}
