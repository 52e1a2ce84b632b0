/**
 * Decides which nodes can be bypassed: frames of the one input go to the one output, without `process()`. Frames of
 * other inputs, such as a side-chain, are dropped. The inputs behind the node must accept what then arrives.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { kindOf } from "../errors/kind_of.ts";
import { isSideInput, type NodeDescriptor } from "../descriptor/descriptor.ts";
import { FORMAT_FIELDS, type FormatField, type FrameFormat, listOf } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { acceptedBy, type ConvertibleGraph, knownFields } from "./known_formats.ts";

/** True if nodes of a type can be bypassed. */
export function canBypass(descriptor: NodeDescriptor): boolean {
  const { inputs, outputs, mode, lane } = descriptor;
  const isSide = inputs.slice(1).every((input) => lane !== "native" && isSideInput(descriptor, input));
  return inputs.length > 0 && isSide && outputs.length === 1 && inputs[0].kind === outputs[0].kind &&
    inputs[0].schema === outputs[0].schema && inputs[0].generic?.argument === outputs[0].generic?.argument &&
    [...inputs, ...outputs].every((port) => port.array === undefined && port.dynamic === undefined) &&
    mode !== "external";
}

/**
 * Checks that a node can be bypassed.
 *
 * @param on the value asked for
 * @throws {SluiceError} `InvalidGraph` for a node of another shape, `InvalidConfig` for a value other than true or
 * false
 */
export function assertBypass(nodeId: string, descriptor: NodeDescriptor, on: unknown): void {
  const attempt = `Cannot bypass node "${nodeId}" (${descriptor.type})`;
  if (typeof on !== "boolean") {
    const message = `${attempt}: found ${kindOf(on)}, wanted true or false`;
    throw new SluiceError("InvalidConfig", message, { nodeId, key: "bypassed" });
  }
  if (canBypass(descriptor)) return;
  throw new SluiceError(
    "InvalidGraph",
    `${attempt}: only a node with one input and one output of the same type can be bypassed`,
    { nodeId },
  );
}

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
