import { input, output, processor } from "../../../../core/annotations.ts";
import type { EncodedFrame } from "../../../../core/frames/encoded_frame.ts";
import type { PacketFrame } from "../../../../core/frames/packet_frame.ts";
import type { VideoFrame } from "../../../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** One movement of the camera. */
export type Motion = { readonly timeNs: "f64"; readonly x: "f32"; readonly y: "f32" };

/** Carries frames of every kind but audio and data. */
@processor({ converts: ["pixelFormat"] })
export class Camera {
  @input({ accepts: { pixelFormat: ["nv12", "i420"], frameRate: 30 } })
  videoIn!: StreamInput<VideoFrame>;
  @input({ optional: true, accepts: { codec: "h264" } })
  encodedIn!: StreamInput<EncodedFrame>;
  @output()
  videoOut!: StreamOutput<VideoFrame>;
  @output()
  encodedOut!: StreamOutput<EncodedFrame>;
  @output()
  motion!: StreamOutput<PacketFrame<Motion>>;
  @output()
  packets!: StreamOutput<PacketFrame>;

  process(): void {
    this.videoIn.read();
  }
}
