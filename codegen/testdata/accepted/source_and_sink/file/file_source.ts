import { config, output, processor } from "../../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../../core/frames/audio_frame.ts";
import type { StreamOutput } from "../../../../../core/ports/stream.ts";
import type { ProcessorContext } from "../../../../../core/processor.ts";

/** Reads a file. */
@processor({ mode: "loop", lane: "main" })
export class FileSource {
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** File to read. @minLength 1 */
  @config()
  path!: string;
  /** Where to start. @unit ms @minimum 0 */
  @config()
  startMs?: number;

  async process(context: ProcessorContext): Promise<void> {
    await this.audio.ready();
    context.finish();
  }
}
