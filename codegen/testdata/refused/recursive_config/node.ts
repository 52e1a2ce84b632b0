import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

interface Tree {
  readonly children: readonly Tree[];
}

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  tree!: Tree;

  process(): void {}
}
