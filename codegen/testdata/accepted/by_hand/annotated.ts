import {
  type AudioFrame,
  config,
  input,
  output,
  processor,
  type StreamInput,
  type StreamOutput,
} from "../../../../mod.ts";

/** Scales blocks of audio. */
@processor()
export class Scale {
  /** What is scaled. */
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** What came of it. */
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** What samples are multiplied by. @minimum 0 @maximum 10 */
  @config({ live: true })
  factor = 1;

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) {
      const own = frame.writable();
      for (let c = 0; c < own.channels; c++) own.channel(c).forEach((x, k, all) => void (all[k] = x * this.factor));
      this.audioOut.write(own);
    }
  }
}
