/**
 * Values of options that are about media: sizes of pictures, bit rates and times.
 *
 * @module
 */
import { type Message, message } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";

/** A size of pictures: one side may be left to the other. */
export interface WantedSize {
  readonly width?: number;
  readonly height?: number;
}

/** The largest side of a picture. */
const MOST_SIDE = 32_768;
const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6 };

/** Takes `1280x720`, `1280x` or `x720`. */
export function pictureSize(): ValueParser<"sync", WantedSize> {
  const parse = (text: string) => {
    const [, width, height] = /^(\d*)[x×](\d*)$/.exec(text) ?? [];
    const sides = [width, height].filter((side) => side !== undefined && side !== "").map(Number);
    if (sides.length === 0 || sides.some((side) => side < 2 || side > MOST_SIDE)) return undefined;
    return { ...(width && { width: Number(width) }), ...(height && { height: Number(height) }) };
  };
  return valueParser({
    metavar: "WxH",
    placeholder: { width: 1280, height: 720 },
    parse,
    format: ({ width = "", height = "" }) => `${width}x${height}`,
    wanted: (text) => message`Cannot read the size ${text}: wanted ${"1280x720"}, or ${"1280x"} to keep the shape.`,
  });
}

/** Takes bits a second: `128k`, `2M` or `96000`. */
export function bitRate(): ValueParser<"sync", number> {
  const parse = (text: string) => {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)([kKmM]?)$/.exec(text) ?? [];
    const bits = digits === undefined ? 0 : Math.round(Number(digits) * UNITS[unit.toLowerCase()]);
    return bits > 0 ? bits : undefined;
  };
  return valueParser({
    metavar: "BITS",
    placeholder: 128_000,
    parse,
    format: String,
    wanted: (text) => message`Cannot read the bit rate ${text}: wanted bits a second, such as ${"128k"} or ${"2M"}.`,
  });
}

/** Takes a time in seconds, or with minutes and hours: `12.5`, `1:30`, `1:02:03.4`. */
export function mediaTime(): ValueParser<"sync", number> {
  const parse = (text: string) => {
    if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(text)) return undefined;
    return text.split(":").reduce((seconds, part) => 60 * seconds + Number(part), 0);
  };
  return valueParser({
    metavar: "TIME",
    placeholder: 0,
    parse,
    format: String,
    wanted: (text) => message`Cannot read the time ${text}: wanted seconds such as ${"12.5"}, or ${"1:02:03"}.`,
  });
}

function valueParser<T>({ metavar, placeholder, parse, format, wanted }: {
  readonly metavar: ValueParser["metavar"];
  readonly placeholder: T;
  readonly parse: (text: string) => T | undefined;
  readonly format: (value: T) => string;
  readonly wanted: (text: string) => Message;
}): ValueParser<"sync", T> {
  return {
    mode: "sync",
    metavar,
    placeholder,
    format,
    parse: (text) => {
      const value = parse(text);
      return value === undefined ? { success: false, error: wanted(text) } : { success: true, value };
    },
  };
}
