/**
 * The `peak` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";

/** The column of a spectrum that tells the frequency of each record. */
const FREQUENCY = "frequencyHz";

/** A line of a spectrum. */
interface Line {
  readonly frequencyHz: number;
  readonly height: number;
}

/**
 * Finds the strongest lines of spectra.
 *
 * **Purpose.** Takes the spectra of an `fft`, and gives of each channel the `count` highest lines: a line is a record that
 * is higher than its neighbours. Frequency and height come from a parabola through the three, so that a tone between two
 * frequencies is found to a fraction of their distance. A batch comes for each spectrum, the highest line first.
 *
 * **Inputs.** `packetIn`: spectra, with a column `frequencyHz` and one of heights for each channel, of rising frequencies.
 *
 * **Outputs.** `packetOut`: for each channel a column of its name, with heights, and one with `Hz` behind its name. A
 * channel with fewer lines has NaN in the rest.
 *
 * **Config.** `count`, `fromHz`, `toHz`.
 *
 * **Example.** `acquisition durationSeconds=1 ! to-voltage ! fft size=2048 ! peak count=2 ! csv-sink path=lines.csv`
 */
@processor({ tags: ["sensor", "spectrum", "frequency", "vibration", "line", "maximum", "tone"] })
export class Peak {
  @input()
  packetIn!: StreamInput<PacketFrame>;
  @output()
  packetOut!: StreamOutput<PacketFrame>;
  /** Lines of each channel. @integer @minimum 1 @maximum 64 */
  @config({ live: true })
  count = 1;
  /** The lowest frequency that is looked at. @minimum 0 @unit Hz */
  @config({ live: true })
  fromHz = 0;
  /** The highest frequency that is looked at; by default all. @minimum 0 @unit Hz */
  @config({ live: true })
  toHz?: number;

  #nodeId = "";
  /** The channels, and the columns that are written of them. */
  #channels: readonly string[] = [];
  #fields: Readonly<Record<string, "f32">> = {};

  /** Keeps the name for errors. */
  setup({ nodeId }: ProcessorContext): void {
    this.#nodeId = nodeId;
  }

  /** Writes the lines of every queued spectrum. */
  process(): void {
    let frame;
    while ((frame = this.packetIn.read()) !== undefined) {
      this.#follow(frame);
      const { count } = this;
      const lines = this.packetOut.tryAcquire({ fields: this.#fields, capacity: count, batchSize: count })!;
      for (const channel of this.#channels) {
        const found = this.#lines(frame.column(channel), frame.column(FREQUENCY));
        for (let k = 0; k < count; k++) {
          lines.column(channel)[k] = found[k]?.height ?? NaN;
          lines.column(`${channel}Hz`)[k] = found[k]?.frequencyHz ?? NaN;
        }
      }
      lines.copyTimes(frame);
      lines.discontinuity = frame.discontinuity;
      this.packetOut.write(lines);
      frame.release();
    }
  }

  /** @throws {SluiceError} `TypeMismatch` for what is no spectrum */
  #follow({ fields }: PacketFrame): void {
    const channels = Object.keys(fields).filter((name) => name !== FREQUENCY);
    const isKnown = channels.length === this.#channels.length &&
      channels.every((name, k) => name === this.#channels[k]);
    if (isKnown && channels.length > 0) return;
    if (!(FREQUENCY in fields) || channels.length === 0) {
      const found = Object.keys(fields).map((name) => `"${name}"`).join(", ");
      const message = `Cannot find lines in "${this.#nodeId}": the columns are ${found}, wanted "${FREQUENCY}" and ` +
        'heights; put an "fft" before it';
      throw new SluiceError("TypeMismatch", message, { nodeId: this.#nodeId, port: "packetIn" });
    }
    this.#channels = channels;
    this.#fields = Object.fromEntries(channels.flatMap((name) => [[`${name}Hz`, "f32"], [name, "f32"]]));
  }

  /** The highest lines, the highest first. */
  #lines(heights: ArrayLike<number>, frequencies: ArrayLike<number>): Line[] {
    const found: Line[] = [];
    const toHz = this.toHz ?? Infinity;
    for (let k = 1; k < heights.length - 1; k++) {
      const [before, at, after] = [heights[k - 1], heights[k], heights[k + 1]];
      // Of a flat top, its first record.
      if (!(at > before && at >= after) || frequencies[k] < this.fromHz || frequencies[k] > toHz) continue;
      const curve = before - 2 * at + after;
      const shift = curve === 0 ? 0 : (before - after) / (2 * curve);
      found.push({
        frequencyHz: frequencies[k] + shift * (frequencies[k + 1] - frequencies[k]),
        height: at - (before - after) * shift / 4,
      });
    }
    return found.sort((a, b) => b.height - a.height).slice(0, this.count);
  }
}
