/**
 * The history of one node or link, as its plots show it: the page's own readings of the last minute and a half, and
 * steps of about a second that go back a quarter of an hour, of which the server has told those that the page did not
 * see.
 *
 * @module
 */
import { HISTORY_SECONDS, type PastFigures } from "../../control/schemas/history.ts";
import { History, type HistorySlice } from "./history.ts";

/** Readings that are kept: a minute and a half at 10 a second. */
const READINGS = 900;

/** Time between two steps, seconds: readings come not quite regularly. */
const STEP_SECONDS = 0.95;

/** What rates are taken over, seconds. */
const RATE_SECONDS = 1;

/** Up to this span the readings are shown; a longer one would show what is older with fewer points. */
const READINGS_SPAN_SECONDS = 60;

export class PlotHistory {
  readonly #series: number;
  readonly #readings: History;
  #steps: History;
  #lastStep = -Infinity;
  #isFilled = false;

  /** @param series how many values a reading has */
  constructor(series: number) {
    this.#series = series;
    this.#readings = new History(series, READINGS);
    this.#steps = new History(series, HISTORY_SECONDS);
  }

  /** Takes a reading, as {@linkcode History.push}. */
  push(timeSeconds: number, ...values: readonly number[]): void {
    this.#readings.push(timeSeconds, ...values);
    // A gap has to be one among the steps, too.
    if (timeSeconds - this.#lastStep >= STEP_SECONDS || values.length === 0) this.#pushStep(timeSeconds, values);
  }

  /** Takes the steps that the server kept; of the page's own those stay that are newer. */
  fill({ times, series }: Pick<PastFigures, "times" | "series">): void {
    this.#isFilled = times.length > 0;
    const own = this.#steps.slice(HISTORY_SECONDS);
    this.#steps = new History(this.#series, HISTORY_SECONDS);
    this.#lastStep = -Infinity;
    times.forEach((time, k) => this.#pushStep(time, series.map((values) => values[k] ?? NaN)));
    const told = this.#lastStep;
    own.times.forEach((time, k) => {
      if (time > told) this.#pushStep(time, own.series.map((values) => values[k]));
    });
  }

  /**
   * What it holds of a span, oldest first, with at most two points a pixel.
   *
   * @param spanSeconds up to the newest reading
   */
  slice(pixels: number, spanSeconds: number): HistorySlice {
    if (spanSeconds > READINGS_SPAN_SECONDS) return this.#steps.slice(pixels);
    const readings = this.#ripeReadings(pixels);
    const steps = this.#steps.slice(HISTORY_SECONDS);
    const newest = readings.times.at(-1) ?? steps.times.at(-1) ?? 0;
    const oldest = readings.times[0] ?? Infinity;
    const first = steps.times.findIndex((time) => time >= newest - spanSeconds);
    const end = steps.times.findIndex((time) => time >= oldest);
    const before = (column: Float64Array) => first < 0 ? [] : column.subarray(first, end < 0 ? undefined : end);
    const join = (column: Float64Array, then: Float64Array) => Float64Array.of(...before(column), ...then);
    return {
      times: join(steps.times, readings.times),
      series: readings.series.map((column, k) => join(steps.series[k], column)),
    };
  }

  /** Rates of the first second cover less than a second, so that the server's steps replace them where known. */
  #ripeReadings(pixels: number): HistorySlice {
    const { times, series } = this.#readings.slice(pixels);
    if (!this.#isFilled) return { times, series };
    const first = times.findIndex((time) => time >= times[0] + RATE_SECONDS);
    const from = first < 0 ? times.length : first;
    return { times: times.subarray(from), series: series.map((column) => column.subarray(from)) };
  }

  #pushStep(timeSeconds: number, values: readonly number[]): void {
    this.#steps.push(timeSeconds, ...values);
    this.#lastStep = timeSeconds;
  }
}
