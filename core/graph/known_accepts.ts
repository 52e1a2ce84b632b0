/**
 * What an input takes: as its type says, and of raw frames as the configuration of its node does.
 *
 * @module
 */
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import type { FormatAccepts } from "../frames/format.ts";
import type { NodeEntry } from "./entries.ts";

/** The formats that an input of a node takes. Which codecs a file holds is told by its node, which knows its container. */
export function acceptedBy(node: Pick<NodeEntry, "type" | "config">, input: PortDescriptor): FormatAccepts | undefined {
  const { codec: _, ...takes } = node.type.portsOf?.(node.config)?.inputs?.takes[input.name] ?? {};
  return Object.keys(takes).length === 0 ? input.accepts : { ...input.accepts, ...takes };
}

/** An input of a node with what it takes. */
export function knownInput(node: Pick<NodeEntry, "type" | "config">, input: PortDescriptor): PortDescriptor {
  const accepts = acceptedBy(node, input);
  return accepts === input.accepts ? input : { ...input, accepts };
}
