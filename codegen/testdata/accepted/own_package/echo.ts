import { config, input, output, processor } from "@sluice/sluice";
import type { AudioFrame, StreamInput, StreamOutput } from "@sluice/sluice";

/** Written as a user of the package writes it. */
@processor()
export class Echo {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Time between two echoes. @unit ms @minimum 1 @maximum 2000 */
  @config()
  delayMs = 250;

  process(): void {
    this.audioIn.read();
  }
}
