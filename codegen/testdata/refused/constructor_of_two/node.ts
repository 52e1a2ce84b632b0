import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export interface Settings {
  size?: number;
}

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  constructor(readonly settings: Settings, readonly name: string) {}

  process(): void {}
}

@processor()
export class Wrong {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  constructor({ size = "large" as never }: Settings) {
    size;
  }

  process(): void {}
}
