import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  static async create(settings: { size: number }): Promise<Bad> {
    await settings;
    return new Bad();
  }

  process(): void {}
}
