/**
 * Checks the formats that nodes announce against what the inputs that they lead to accept.
 *
 * @module
 */
import { portAddress } from "../ids.ts";
import type { AnnouncedFormat } from "../lanes/messages.ts";
import { assertAccepted } from "../ports/input_port.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";

/** Node types by the field of a format that they convert. */
type Converters = { [field: string]: string[] };

/** Sorts node types by the fields of a format that they convert. */
export function convertersByField(types: readonly AnyNodeType[]): Converters {
  const named: Converters = {};
  for (const { descriptor: { type, converts } } of types) {
    for (const field of converts) (named[field] ??= []).push(type);
  }
  return named;
}

/**
 * Checks links as far as the format at their start is known.
 *
 * @param formats of outputs, or of the inputs that they lead to
 * @throws {SluiceError} `TypeMismatch`, which names converters
 */
export function checkFormats(
  topology: Topology,
  converters: Converters,
  formats: readonly AnnouncedFormat[],
  links: readonly LinkEntry[],
): void {
  const known = new Map<string, AnnouncedFormat["format"]>();
  for (const { node, port, format } of formats) {
    const source = topology.linkInto(node, port);
    known.set(source === undefined ? portAddress(node, port) : portAddress(source.fromNode, source.fromPort), format);
  }
  for (const link of links) {
    const format = known.get(portAddress(link.fromNode, link.fromPort));
    const { accepts } = link.input;
    if (format === undefined || accepts === undefined) continue;
    assertAccepted(format, accepts, link, (field) => converters[field] ?? []);
  }
}
