import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/**
 * Has the tags that other tools read.
 *
 * @remarks Nothing.
 * @typeParam T nothing
 */
@processor()
export class Tagged {
  /**
   * The blocks, for `@min` and @somebody and somebody@min.org.
   *
   * @see {@link AudioFrame}
   * @myOwnTag yes
   */
  @input()
  audioIn!: StreamInput<AudioFrame>;

  /**
   * Gain.
   *
   * @default 1
   * @defaultValue 1
   * @remarks As the @max of the others, for once.
   * @since 0.1 @internal
   * @throws {Error} never
   * @example 2
   *
   * ```ts ignore
   * @min()
   * @units dB
   * ```
   */
  @config()
  gain = 1;

  process(): void {}
}
