/**
 * RTP time stamps (RFC 3550, section 5.1): 32 bits that count the ticks of a media clock from any start. They wrap
 * after 13 hours at 90 kHz, and after 25 at 48 kHz.
 *
 * @module
 */
import { assertClockRate, nsToTicks, ticksToNs } from "./ticks.ts";

/**
 * Extends 32-bit time stamps. Each stamp gets the value nearest to the newest so far: up to 2³¹ - 1 ticks later, or 2³¹
 * earlier if packets overtake each other.
 */
export class RtpUnwrapper {
  #newest: number | undefined;

  /**
   * Takes the next stamp, in the order of arrival.
   *
   * @param timestamp 0 to 2³² - 1
   * @returns ticks, whose lower 32 bits are the stamp. The first stamp keeps its value; an earlier one may be below 0
   * @throws {RangeError} if the stamp is not a whole number of 32 bits
   */
  unwrap(timestamp: number): number {
    assertTimestamp(timestamp);
    const newest = this.#newest;
    if (newest === undefined) return this.#newest = timestamp;
    // The lower bits of `newest` may belong to a number below 0; the bitwise operators take them modulo 2³².
    const ticks = newest + ((timestamp - (newest % 0x1_0000_0000)) | 0);
    if (ticks > newest) this.#newest = ticks;
    return ticks;
  }

  /** Forgets everything: the next stamp counts as the first, as after a change of the synchronization source. */
  reset(): void {
    this.#newest = undefined;
  }
}

/** Converts between RTP time stamps and nanoseconds, for one stream. */
export class RtpClock {
  /** The clock of RTP video payloads, hertz (RFC 3551, section 5). */
  static readonly VIDEO_RATE_HZ = 90_000;
  readonly #clockRateHz: number;
  readonly #originTimestamp: number;
  readonly #originNs: number;
  readonly #unwrapper = new RtpUnwrapper();

  /**
   * Makes a clock.
   *
   * @param options `clockRateHz`: ticks a second, {@linkcode RtpClock.VIDEO_RATE_HZ} for video, the sample rate for
   * audio, 1 to 1,000,000; `originTimestamp`: the stamp at `originNs`, 0 to 2³² - 1, by default 0; `originNs`: the time
   * of that stamp, nanoseconds, by default 0
   * @throws {RangeError} if the rate or the stamp is out of range, or the time is not a whole number
   */
  constructor(
    options: { readonly clockRateHz: number; readonly originTimestamp?: number; readonly originNs?: number },
  ) {
    const { clockRateHz, originTimestamp = 0, originNs = 0 } = options;
    assertClockRate(clockRateHz);
    assertTimestamp(originTimestamp);
    if (!Number.isSafeInteger(originNs)) {
      throw new RangeError(`Cannot start an RTP clock at ${originNs} ns: wanted a whole number of nanoseconds`);
    }
    this.#clockRateHz = clockRateHz;
    this.#originTimestamp = originTimestamp;
    this.#originNs = originNs;
    this.#unwrapper.unwrap(originTimestamp);
  }

  /**
   * Returns the time of a received stamp. Call once for each packet, in the order of arrival.
   *
   * @param timestamp 0 to 2³² - 1; may wrap, and packets may overtake each other
   * @returns the nearest nanosecond
   * @throws {RangeError} if the stamp is out of range
   */
  toNs(timestamp: number): number {
    const ticks = this.#unwrapper.unwrap(timestamp) - this.#originTimestamp;
    return this.#originNs + ticksToNs(ticks, this.#clockRateHz);
  }

  /**
   * Returns the stamp of a time, for sending.
   *
   * @param timeNs nanoseconds, also before the origin
   * @returns 0 to 2³² - 1: the nearest tick, wrapped
   */
  toTimestamp(timeNs: number): number {
    const ticks = nsToTicks(timeNs - this.#originNs, this.#clockRateHz) + this.#originTimestamp;
    // Exact also beyond 32 bits: ToUint32 is defined modulo 2³².
    return ticks >>> 0;
  }
}

function assertTimestamp(timestamp: number): void {
  if (Number.isInteger(timestamp) && timestamp >= 0 && timestamp <= 0xffff_ffff) return;
  throw new RangeError(
    `Cannot take ${timestamp} for an RTP time stamp: wanted a whole number from 0 to ${0xffff_ffff}`,
  );
}
