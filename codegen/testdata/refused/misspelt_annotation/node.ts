import { config, confg, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Has keys and a port whose annotations are misspelt. */
@processor()
export class Misspelt {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  @ouput()
  audioOut!: StreamOutput<AudioFrame>;

  @config()
  gain = 1;

  @confg()
  level = 1;

  process(): void {}
}

/** Is no processor for the letter that is missing. */
@procesor()
export class NotOne {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}
