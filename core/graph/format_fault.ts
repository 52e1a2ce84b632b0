/**
 * Finds links that a run would refuse once formats are announced, as far as configurations determine the formats.
 *
 * @module
 */
import type { SluiceError } from "../errors.ts";
import { describeFormat, FORMAT_FIELDS, type FormatField, type FrameFormat, listOf } from "../frames/format.ts";
import { refusalOf } from "../ports/accepted.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { LinkEntry } from "./entries.ts";
import { acceptedBy } from "./known_accepts.ts";
import { agreedBy, type ConvertibleGraph, knownFields } from "./link_conversion.ts";

/** The least fields of a format of raw frames. */
const WHOLE: { readonly [kind: string]: readonly FormatField[] } = {
  audio: ["sampleRateHz", "channels"],
  video: ["pixelFormat", "width", "height"],
};

/**
 * Returns the error with which a run would refuse the known format of a link.
 *
 * @param types the types that the error may name as converters
 * @returns `undefined` if the input accepts the format, or too little is known
 */
export function formatFault(
  graph: ConvertibleGraph,
  link: LinkEntry,
  types: readonly AnyNodeType[],
): SluiceError | undefined {
  const { fromNode, fromPort, toNode, toPort, output, input } = link;
  const target = graph.node(toNode);
  if (target.bypassed) return undefined;
  const end = { nodeId: toNode, descriptor: target.type.descriptor, port: toPort };
  const accepts = { ...agreedBy(graph, end, input), ...acceptedBy(target, input) };
  if (Object.keys(accepts).length === 0) return undefined;
  const known = knownFields(graph, fromNode, output, fromPort);
  for (const field of FORMAT_FIELDS) {
    const [found, wanted]: (readonly (number | string)[] | undefined)[] = [known[field], listOf(accepts[field])];
    if (found === undefined || wanted === undefined || found.some((each) => wanted.includes(each))) continue;
    const isWhole = WHOLE[output.kind]?.every((each) => known[each]?.length === 1);
    const format = Object.fromEntries(Object.entries(known).map(([key, [value]]) => [key, value]));
    const actual = isWhole
      ? describeFormat({ ...format, kind: output.kind } as FrameFormat)
      : `${output.kind} with ${field} ${found.join(" or ")}`;
    const converting = types.map(({ descriptor }) => descriptor).filter(({ converts }) => converts.includes(field));
    return refusalOf(link, actual, { field, found: found[0], wanted }, () => converting.map(({ type }) => type));
  }
  return undefined;
}
