import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  list = [];
  @config()
  table = {};
  @config()
  nothing = null;
  @config()
  nested = [[]];
  @config()
  mixed = { level: 1, names: [] };

  process(): void {}
}
