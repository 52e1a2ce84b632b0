/**
 * The binary format, which carries every kind of item exactly. Values of kind `data` use the encoding of
 * `core/values/wire.ts`.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { assertKeys } from "../errors/option_check.ts";
import { MAX_ITEM_BYTES, MAX_VALUE_BYTES } from "./binary_layout.ts";
import { readItem } from "./binary_reader.ts";
import { writeItem } from "./binary_writer.ts";
import { checkData } from "./payload_check.ts";
import type { TransportData, TransportFormat } from "./transport_data.ts";

/** Limits of a format. */
export interface TransportFormatOptions {
  /** The most bytes of an item; by default 16 MiB. */
  readonly maxBytes?: number;
  /** The most bytes of a value of kind `data`; by default 1 MiB. Its objects may take many times as much memory. */
  readonly maxValueBytes?: number;
}

/**
 * Makes the binary format, for any transport that carries bytes.
 *
 * @throws {SluiceError} `InvalidConfig` for invalid limits
 *
 * @example
 * ```ts
 * import { binaryFormat, TransportData } from "@sluice/sluice/pipelines";
 *
 * const format = binaryFormat();
 * const bytes = format.serialize(new TransportData({ kind: "text", text: "hello" }, { port: "words" }));
 * console.log(format.deserialize(bytes).port); // words
 * ```
 */
export function binaryFormat(options: TransportFormatOptions = {}): TransportFormat {
  const { maxBytes, maxValueBytes } = formatLimits("Cannot make a binary format", options);
  return {
    contentType: "application/vnd.sluice.item",
    serialize: (data: TransportData) => {
      checkData(data, "Cannot write an item");
      return writeItem(data, maxBytes, maxValueBytes);
    },
    deserialize: (bytes: Uint8Array) => {
      assertSize(bytes.length, maxBytes, "Cannot read an item");
      return readItem(bytes, maxValueBytes);
    },
  };
}

/** Returns the limits with their defaults. @throws {SluiceError} `InvalidConfig` */
export function formatLimits(attempt: string, options: TransportFormatOptions): Required<TransportFormatOptions> {
  assertKeys(attempt, options, ["maxBytes", "maxValueBytes"]);
  const limits = {
    maxBytes: options.maxBytes ?? MAX_ITEM_BYTES,
    maxValueBytes: options.maxValueBytes ?? MAX_VALUE_BYTES,
  };
  for (const [key, value] of Object.entries(limits)) {
    if (Number.isInteger(value) && value >= 1 && value <= 2 ** 31) continue;
    throw new SluiceError("InvalidConfig", `${attempt}: "${key}" is ${value}, wanted bytes from 1 to 2147483648`, {
      key,
    });
  }
  return limits;
}

/** @throws {SluiceError} `LimitExceeded` */
export function assertSize(bytes: number, most: number, attempt: string): void {
  if (bytes <= most) return;
  throw new SluiceError("LimitExceeded", `${attempt}: it has ${bytes} bytes, at most ${most} are allowed`);
}
