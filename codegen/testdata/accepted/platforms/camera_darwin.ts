import { config, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamOutput } from "../../../../core/ports/stream.ts";

/** Hears what the camera hears. */
@processor({ name: "camera", mode: "loop", platforms: ["darwin"] })
export class AppleCamera {
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** Which camera. @integer @minimum 0 */
  @config()
  index = 0;

  process(): void {}
}
