import {
  config as setting,
  input as inlet,
  output as outlet,
  processor as node,
} from "../../../../core/annotations.ts";
import type { AudioFrame as Audio } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput as In, StreamOutput as Out } from "../../../../core/ports/stream.ts";

/** Calls everything by other names. */
@node()
export class Renamed {
  @inlet()
  audioIn!: In<Audio<2>>;
  @outlet()
  audioOut!: Out<Audio>;
  /** A key. */
  @setting()
  key = 1;

  process(): void {
    this.audioIn.read();
  }
}
