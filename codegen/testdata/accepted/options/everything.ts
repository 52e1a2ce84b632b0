import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Uses every option. */
@processor({
  mode: "push",
  trigger: "all",
  name: "all-options",
  category: "odd ones",
  tags: ["a", "b"],
  lane: "main",
  priority: "high",
  cpus: [0, 2],
  "converts": ["sampleRateHz", "channels"],
  portsFrom: "./known_ports.ts",
  figures: ["frames", "late"],
})
export class Everything {
  @input({ optional: true, accepts: { sampleRateHz: [44_100, 48_000], channels: 2 } })
  audioIn!: StreamInput<AudioFrame>;
  @output({ burst: 8, gives: { sampleRateHz: [44_100, 48_000], channels: 2 } })
  audioOut!: StreamOutput<AudioFrame>;
  @config({ live: false })
  size = 1;

  process(): void {
    this.audioIn.read();
  }
}
