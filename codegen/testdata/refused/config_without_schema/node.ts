import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  when: Date = new Date();
  @config()
  lookup!: Map<string, number>;
  @config()
  call!: () => void;
  @config()
  anything!: unknown;
  @config()
  never!: NonNullable<null>;
  @config()
  proto!: Record<"__proto__" | "x", number>;

  process(): void {}
}
