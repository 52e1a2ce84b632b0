import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** @pattern ^(a+)+$ */
  @config()
  word = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
  /** @pattern ^(?:a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?)aaaaaaaaaaaaaaaaaaaaaaaa$ */
  @config()
  short = "aaa";
  /** @pattern ^(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)(?:\b|)a$ */
  @config()
  edges = "";

  process(): void {}
}
