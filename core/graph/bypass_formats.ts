/**
 * Whether a node can be passed by, or no longer be passed by, as far as it is known what goes over its links: what comes
 * in goes to the inputs behind it as it is, which may take no such frames.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { FORMAT_FIELDS, type FormatField, type FrameFormat, listOf } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { acceptedBy } from "./known_accepts.ts";
import { type ConvertibleGraph, knownFields } from "./link_conversion.ts";

/** What is asked of the graph as it will be. */
export interface BypassGraph extends ConvertibleGraph {
  linksFrom(node: NodeId, port: string): readonly LinkEntry[];
}

/** Values of which frames have one. */
type Values = readonly (number | string)[];

/** What is known of frames. */
type Known = { readonly [F in FormatField]?: Values };

/**
 * Checks a node of which the bypass is switched.
 *
 * @param told the format of a link's frames, where lanes have told it and the edit does not change it
 * @throws {SluiceError} `TypeMismatch` where an input behind the node takes none of what would come
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

/** @param seen nodes that were passed on the way: they may stand in a loop */
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

/** A link that frames of a node come to with these fields of their format as the node sends them. */
interface Reached {
  readonly link: LinkEntry;
  readonly fields: readonly FormatField[];
}

/** The links behind a node, with those behind nodes there that are passed by, or that convert other fields. */
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
