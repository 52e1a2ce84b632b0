/**
 * The links at a port, for those who have a reference to it.
 *
 * @module
 */
import type { Frame } from "../frames/frame.ts";
import { resolvePort } from "../graph/link_rules.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { LinkId } from "../ids.ts";
import type { InputRef, OutputRef } from "../registry/handle.ts";
import { makeRef } from "../registry/make_handle.ts";
import type { Topology } from "../topology.ts";

/** A link, and its ends as `runtime.connect()` takes them. */
export interface FoundLink<F extends Frame> {
  readonly id: LinkId;
  readonly from: OutputRef<F>;
  readonly to: InputRef<F>;
}

/**
 * @param owner the runtime, to which the references that are given belong
 * @throws {SluiceError} `NodeNotFound`, `PortNotFound`
 */
export function linksAt<F extends Frame>(
  topology: Topology,
  { node, port, direction }: InputRef<F> | OutputRef<F>,
  owner: object,
): FoundLink<F>[] {
  const { id, type: { descriptor } } = topology.node(node);
  resolvePort({ nodeId: id, descriptor, port }, direction);
  const links = direction === "output" ? topology.linksFrom(id, port) : [topology.linkInto(id, port)];
  return links.filter((link) => link !== undefined).map((link: LinkEntry) => ({
    id: link.id,
    from: makeRef(link.fromNode, link.output, link.fromPort, owner) as OutputRef<F>,
    to: makeRef(link.toNode, link.input, link.toPort, owner) as InputRef<F>,
  }));
}
