import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @input()
  setup!: StreamInput<AudioFrame>;
  @config()
  flush = 1;
  @config()
  snapshot = 1;
  @config()
  restore = 1;
  @config()
  configChanged = 1;
  @config()
  portsChanged = 1;
  @config()
  teardown = 1;

  process(): void {}
}
