/**
 * MP4 and QuickTime files have 32 bits for the time from one packet of a track to the next, in ticks of the track
 * (ISO/IEC 14496-12, 8.6.1.2 and 8.8.8). What is longer would be written as something shorter.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { Destination } from "../file/standard_output.ts";
import type { TrackFormat } from "./track_format.ts";

/** Ticks of a second that mediabunny gives pictures; sound has its rate. */
const PICTURE_TICKS = 57_600;
const MOST_TICKS = 2 ** 32 - 1;

/** When a packet is shown or heard, and for how long. */
interface Timed {
  readonly timeNs: number;
  readonly durationNs: number;
}

/** The longest time between packets of one track. */
export class LongestGap {
  readonly #mostNs: number;
  #lastNs: number | undefined;

  constructor({ decoderConfig }: TrackFormat) {
    this.#mostNs = MOST_TICKS / (decoderConfig.sampleRate ?? PICTURE_TICKS) * 1e9;
  }

  /**
   * Takes the next packet.
   *
   * @throws {SluiceError} `InvalidMedia` if it lasts longer, or is farther from the one before
   */
  check({ timeNs, durationNs }: Timed, { path, details }: Destination): void {
    const gapNs = Math.max(durationNs, Math.abs(timeNs - (this.#lastNs ?? timeNs)));
    this.#lastNs = timeNs;
    if (gapNs <= this.#mostNs) return;
    const [found, most] = [gapNs, this.#mostNs].map((ns) => Math.floor(ns / 1e9));
    throw new SluiceError(
      "InvalidMedia",
      `Cannot write ${JSON.stringify(path)}: from one packet of a track to the next there are ${found} s, wanted ` +
        `${most} s at most, which is what MP4 and QuickTime can say here; correct the times or the rate of what comes ` +
        "in, or write Matroska (.mkv)",
      details,
    );
  }
}
