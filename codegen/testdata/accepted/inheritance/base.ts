import { config, input, output } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";
import type { ProcessorContext } from "../../../../core/processor.ts";

/** What all effects share. */
export abstract class Effect {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Leave the audio alone. */
  @config({ live: true })
  bypass = false;

  process(context: ProcessorContext): void {
    const frame = this.audioIn.read();
    if (frame !== undefined) this.audioOut.write(this.bypass ? frame : this.change(frame, context));
  }

  protected abstract change(frame: AudioFrame, context: ProcessorContext): AudioFrame;
}
