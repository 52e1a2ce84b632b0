/**
 * Checks the formats that arrive behind a node whose bypass is switched: frames of its one input then go to its one
 * output, without `process()`, and frames of other inputs, such as a side-chain, are dropped.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { FORMAT_FIELDS, type FormatField, type FrameFormat, listOf } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { acceptedBy, type ConvertibleGraph, knownFields } from "./known_formats.ts";

/** The future graph, as far as the check needs it. */
export interface BypassGraph extends ConvertibleGraph {
  linksFrom(node: NodeId, port: string): readonly LinkEntry[];
}

/** Values of which each frame has one. */
type Values = readonly (number | string)[];

/** The known format of frames. */
type Known = { readonly [F in FormatField]?: Values };

/**
 * Checks a node whose bypass is switched.
 *
 * @param told returns the format of a link's frames, if lanes have reported it and the edit does not change it
 * @throws {SluiceError} `TypeMismatch` if an input behind the node accepts none of the frames that would arrive
 */
export function assertBypassFits(
  graph: BypassGraph,
  node: NodeEntry,
  told: (link: LinkEntry) => FrameFormat | undefined,
): void {
  const [output] = node.type.descriptor.outputs;
  const known = node.bypassed ? comingInto(graph, node, told) : knownFields(graph, node.id, output);
  for (const { link, fields } of reachedFrom(graph, node, FORMAT_FIELDS)) {
    const accepts = acceptedBy(graph.node(link.toNode), link.input) ?? {};
    for (const field of fields) {
      const [found, wanted]: readonly (Values | undefined)[] = [known[field], listOf(accepts[field])];
      if (found === undefined || wanted === undefined || found.some((each) => wanted.includes(each))) continue;
      const [actual, expected] = [found.join(" or "), wanted.join(" or ")];
      const attempt = `Cannot ${node.bypassed ? "bypass" : "end the bypass of"} node "${node.id}" ` +
        `(${node.type.descriptor.type})`;
      throw new SluiceError(
        "TypeMismatch",
        `${attempt}: "${link.toNode}.${link.toPort}" would get ${field} ${actual}, wanted ${expected}; ` +
          "replace the node in place of that",
        { nodeId: node.id, port: output.name, expected, actual },
      );
    }
  }
}

/** @param seen nodes already visited: they may be on a loop */
function comingInto(
  graph: BypassGraph,
  node: NodeEntry,
  told: (link: LinkEntry) => FrameFormat | undefined,
  seen = new Set<NodeId>(),
): Known {
  const link = graph.linkInto(node.id, node.type.descriptor.inputs[0].name);
  if (link === undefined || seen.has(node.id)) return {};
  const source = graph.node(link.fromNode);
  if (source.bypassed) return comingInto(graph, source, told, seen.add(node.id));
  const format = told(link) as { readonly [F in FormatField]?: number | string } | undefined;
  if (format === undefined) return knownFields(graph, source.id, link.output);
  return Object.fromEntries(FORMAT_FIELDS.flatMap((field) => {
    const value = format[field];
    return value === undefined ? [] : [[field, [value]]];
  }));
}

/** A link that frames of a node reach with these fields of their format unchanged. */
interface Reached {
  readonly link: LinkEntry;
  readonly fields: readonly FormatField[];
}

/** Returns the links behind a node, and those behind further nodes that are bypassed or convert other fields. */
function reachedFrom(
  graph: BypassGraph,
  { id, type }: NodeEntry,
  fields: readonly FormatField[],
  seen = new Set<NodeId>(),
): readonly Reached[] {
  if (seen.has(id)) return [];
  seen.add(id);
  const links = graph.linksFrom(id, type.descriptor.outputs[0].name);
  return links.flatMap((link) => {
    const next = graph.node(link.toNode);
    const { converts, inputs, outputs } = next.type.descriptor;
    if (next.bypassed) return reachedFrom(graph, next, fields, seen);
    const handsOn = converts.length > 0 && !converts.includes("codec") && inputs.length === 1 && outputs.length === 1;
    const kept = handsOn ? fields.filter((field) => !converts.includes(field)) : [];
    return [{ link, fields }, ...kept.length === 0 ? [] : reachedFrom(graph, next, kept, seen)];
  });
}
