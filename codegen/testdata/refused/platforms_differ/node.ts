import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor({ name: "camera", mode: "loop", platforms: ["linux"] })
export class LinuxCamera {
  @output()
  audio!: StreamOutput<AudioFrame>;

  process(): void {}
}

@processor({ name: "camera", mode: "loop", platforms: ["darwin"] })
export class AppleCamera {
  @output()
  sound!: StreamOutput<AudioFrame>;

  process(): void {}
}

@processor({ name: "camera", mode: "loop", platforms: ["linux"] })
export class OtherCamera {
  @output()
  audio!: StreamOutput<AudioFrame>;

  process(): void {}
}
