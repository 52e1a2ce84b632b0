import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/**
 * Has every doc tag, e.g. one in code such as `@minimum 3`, and mail to someone@example.org. See {@linkcode Tagged.steps}
 * and {@link https://example.org | the page}.
 *
 * ```ts
 * // @unit not a tag
 * ```
 *
 * @see somewhere else
 */
@processor()
export class Tagged {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /**
   * Steps to go.
   *
   * @integer
   * @minimum 1
   * @maximum 64
   * @example 8
   * @example 16
   */
  @config()
  steps = 4;
  /** Ratio. @exclusiveMinimum 0 @exclusiveMaximum 1 */
  @config()
  ratio = 0.5;
  /** Size. @unit samples @multipleOf 128 @minimum 128 */
  @config()
  size = 1024;
  /**
   * Name of the thing.
   * @minLength 1
   * @maxLength 8
   * @pattern ^[a-z]+$
   * @example bell
   */
  @config()
  label = "drum";
  /** Frequencies. @minItems 1 @maxItems 4 @minimum 20 @unit Hz */
  @config()
  frequenciesHz: number[] = [440];
  /** Old way to say {@linkcode Tagged.steps}. @deprecated */
  @config()
  count?: number;
  /** Files to read. @reaches path */
  @config()
  files: string[] = [];
  /** Limit, or none. @minimum 0 */
  @config()
  limit: number | null = null;

  process(): void {
    this.audioIn.read();
  }
}
