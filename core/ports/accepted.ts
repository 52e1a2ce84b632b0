/**
 * Checks whether an input accepts a format, and finds node types that convert.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import {
  describeFormat,
  findClash,
  type FormatAccepts,
  type FormatClash,
  type FormatField,
  type FrameFormat,
} from "../frames/format.ts";

/** A field of a format, or a codec and the codec to convert it to: `aac>opus`. */
export type ConverterKey = FormatField | `${string}>${string}`;

/**
 * Finds the node types that convert: for a field each that does it alone, `["resampler"]`; for a codec the decoder and
 * the encoder, `["aac-decode", "opus-encode"]`.
 */
export type ConverterLookup = (key: ConverterKey) => readonly string[];

/** A link, for messages. */
type LinkEnds = {
  readonly fromNode: string;
  readonly fromPort: string;
  readonly toNode: string;
  readonly toPort: string;
};

/**
 * Checks a format against the formats that an input accepts.
 *
 * @throws {SluiceError} `TypeMismatch`, naming both ends and the node types that would convert
 */
export function assertAccepted(
  format: FrameFormat,
  accepts: FormatAccepts,
  link: LinkEnds,
  converters: ConverterLookup,
): void {
  const clash = findClash(format, accepts);
  if (clash !== undefined) throw refusalOf(link, describeFormat(format), clash, converters);
}

/** Returns the error for a format that an input does not accept. @param actual the format that arrives, in words */
export function refusalOf(
  link: LinkEnds,
  actual: string,
  clash: FormatClash,
  converters: ConverterLookup,
): SluiceError {
  const expected = describeWanted(clash.field, clash.wanted);
  const { types, joint } = mendOf(clash, converters);
  return new SluiceError(
    "TypeMismatch",
    `Cannot send "${link.fromNode}.${link.fromPort}" to "${link.toNode}.${link.toPort}": it carries ` +
      `${actual}, wanted ${expected}${adviseConverters(types, joint)}`,
    { nodeId: link.toNode, port: link.toPort, available: types, expected, actual },
  );
}

/**
 * Returns the advice for formats that clash, to be added to a message; empty if no node type converts.
 *
 * @param types node types by name
 * @param joint `or` if each of them converts by itself, `and` if all of them do in this order
 */
export function adviseConverters(types: readonly string[], joint: "or" | "and"): string {
  if (types.length === 0) return "";
  const nodes = joint === "and" && types.length > 1 ? "nodes" : "node";
  const article = nodes === "node" ? "a " : "";
  return `; put ${article}${types.map((type) => `"${type}"`).join(` ${joint} `)} ${nodes} between them, or have ` +
    'convert: "auto" do so (--convert auto)';
}

function mendOf(
  { field, found, wanted }: FormatClash,
  converters: ConverterLookup,
): { readonly types: readonly string[]; readonly joint: "or" | "and" } {
  if (field !== "codec") return { types: converters(field), joint: "or" };
  const ways = wanted.map((codec) => converters(`${found}>${codec}`));
  return { types: ways.find((types) => types.length > 0) ?? [], joint: "and" };
}

function describeWanted(field: FormatField, wanted: readonly (number | string)[]): string {
  const list = wanted.join(" or ");
  switch (field) {
    case "channels":
      return `${list} channel${wanted.length === 1 && wanted[0] === 1 ? "" : "s"}`;
    case "sampleRateHz":
      return `${list} Hz`;
    case "frameRate":
      return `${list} frames/s`;
    case "width":
    case "height":
      return `a ${field} of ${list} pixels`;
    case "pixelFormat":
    case "codec":
      return list;
  }
}
