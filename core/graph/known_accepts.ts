/**
 * Returns the formats that an input accepts: by its type and, for raw frames, by its node's configuration.
 *
 * @module
 */
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import type { FormatAccepts } from "../frames/format.ts";
import type { NodeEntry } from "./entries.ts";

/**
 * Returns the formats that a node's input accepts. Only the node, which knows its container, determines the codecs of a
 * file.
 */
export function acceptedBy(node: Pick<NodeEntry, "type" | "config">, input: PortDescriptor): FormatAccepts | undefined {
  const { codec: _, ...takes } = node.type.portsOf?.(node.config)?.inputs?.takes[input.name] ?? {};
  return Object.keys(takes).length === 0 ? input.accepts : { ...input.accepts, ...takes };
}

/** Returns a node's input with the formats that it accepts. */
export function knownInput(node: Pick<NodeEntry, "type" | "config">, input: PortDescriptor): PortDescriptor {
  const accepts = acceptedBy(node, input);
  return accepts === input.accepts ? input : { ...input, accepts };
}
